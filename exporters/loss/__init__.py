"""What storing the weights with fewer bits lost, measured beside the model as it was."""
