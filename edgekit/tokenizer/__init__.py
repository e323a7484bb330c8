"""SentencePiece vocabularies: text into token ids and back, on the device and wherever a model is made for it."""
