"""Hugging Face checkpoints as ONNX graphs: a file a `model_type`, over the building blocks that they share."""
