"""File formats that hold a whole model: read with every bound checked, written tensor by tensor, no engine needed."""
