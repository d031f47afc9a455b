"""The multimodal judge: asks a local model that llama.cpp runs in a process of its own."""
