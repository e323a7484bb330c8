"""GGUF models, run by llama.cpp in a child process: it ends the process it runs in when something is wrong."""
