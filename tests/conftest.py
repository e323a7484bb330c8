"""What holds for every test."""

import os

# Tests that load onnxruntime by themselves must not send anything either; edgekit's own way is tested in test_offline.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
