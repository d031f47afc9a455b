"""The judge that asks a local multimodal model, run by llama.cpp in a process of its own."""
