"""The image encoder and projector of a model, run by llama.cpp's mtmd. Runs only in the worker process."""

from __future__ import annotations

import ctypes
import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.judges.mllm.errors import DeviceError, JudgeError
from lookalike.judges.token_store.visual_tokens import VisualTokens


class Vision:
    """A loaded projector file.

    Args:
        path: the projector, a GGUF file.
        model: the language model's handle.
        max_tokens: visual tokens per photo at most.
        threads: threads that compute.
        gpu: whether to use a GPU.

    Attributes:
        handle: mtmd's context.
        mrope: whether the language model places the tokens in a grid.
        non_causal: whether each token of a photo sees all of the photo, not only those before it.
        encodes: photos encoded so far.

    Raises:
        DeviceError: it cannot be loaded.
    """

    def __init__(self, path: str, model: Any, max_tokens: int, threads: int, *, gpu: bool) -> None:
        import llama_cpp
        from llama_cpp import mtmd_cpp

        self._mtmd: Any = mtmd_cpp
        self._max_tokens = max_tokens
        self._width = llama_cpp.llama_model_n_embd_inp(model)
        self.encodes = 0
        parameters = mtmd_cpp.mtmd_context_params_default()
        parameters.use_gpu = gpu
        parameters.print_timings = False
        parameters.n_threads = threads
        # Buffers are then made for the first photo; a warm-up makes them for the largest one there could be.
        parameters.warmup = False
        # For families that tile a photo this leaves one tile, which is then not even encoded.
        parameters.image_max_tokens = max_tokens
        self.handle: Any = mtmd_cpp.mtmd_init_from_file(os.fsencode(path), model, parameters)
        if not self.handle:
            raise DeviceError("The projector could not be loaded.")
        self.mrope = bool(mtmd_cpp.mtmd_decode_use_mrope(self.handle))
        self.non_causal = bool(mtmd_cpp.mtmd_decode_use_non_causal(self.handle, None))

    def close(self) -> None:
        """Give the memory back."""
        self._mtmd.mtmd_free(self.handle)

    def encode(self, pixels: NDArray[np.uint8]) -> VisualTokens:
        """Run the image encoder and the projector on one photo.

        Args:
            pixels: uint8 (height, width, 3), at the size the encoder takes.

        Returns:
            The tokens with float32 embeddings. Of a photo in tiles, those of the overview.

        Raises:
            JudgeError: the encoder refuses the photo.
            DeviceError: what computes failed.
        """
        pixels = np.ascontiguousarray(pixels)
        height, width, _ = pixels.shape
        data = pixels.ctypes.data_as(ctypes.POINTER(ctypes.c_uint8))
        bitmap = self._mtmd.mtmd_bitmap_init(width, height, data)
        chunks = self._mtmd.mtmd_input_chunks_init()
        try:
            marker = self._mtmd.mtmd_default_marker()
            text = self._mtmd.mtmd_input_text(marker, len(marker), False, True)
            bitmaps = (self._mtmd.mtmd_bitmap_p_ctypes * 1)(bitmap)
            code = self._mtmd.mtmd_tokenize(self.handle, chunks, ctypes.byref(text), bitmaps, 1)
            if code != 0:
                raise JudgeError(
                    "The model cannot take a photo of {width} × {height} pixels.", width=width, height=height
                )
            return self._encode_last(chunks)
        finally:
            self._mtmd.mtmd_input_chunks_free(chunks)
            self._mtmd.mtmd_bitmap_free(bitmap)

    def _encode_last(self, chunks: Any) -> VisualTokens:
        # Where a family writes tiles, the overview comes last.
        parts = [
            self._mtmd.mtmd_input_chunks_get(chunks, index)
            for index in range(self._mtmd.mtmd_input_chunks_size(chunks))
        ]
        images = [
            part
            for part in parts
            if self._mtmd.mtmd_input_chunk_get_type(part) == self._mtmd.MTMD_INPUT_CHUNK_TYPE_IMAGE
        ]
        if not images:
            raise JudgeError("The model makes nothing of the photo.")
        chunk = images[-1]
        count = self._mtmd.mtmd_input_chunk_get_n_tokens(chunk)
        if count > self._max_tokens:
            raise JudgeError(
                "The photo takes {count} tokens, more than {limit}.", count=count, limit=self._max_tokens
            )
        self.encodes += 1
        if self._mtmd.mtmd_encode_chunk(self.handle, chunk) != 0:
            raise DeviceError("The image encoder failed on the photo.")
        output = self._mtmd.mtmd_get_output_embd(self.handle)
        embeddings = np.ctypeslib.as_array(output, (count, self._width)).astype(np.float32)
        image = self._mtmd.mtmd_input_chunk_get_tokens_image(chunk)
        places = (self._mtmd.mtmd_decoder_pos * count)()
        self._mtmd.mtmd_helper_image_get_decoder_pos(image, 0, places)
        positions = np.array([(place.t, place.y, place.x, place.z) for place in places], np.int32)
        n_pos = self._mtmd.mtmd_input_chunk_get_n_pos(chunk)
        grid = self._mtmd.mtmd_image_tokens_get_nx(image), self._mtmd.mtmd_image_tokens_get_ny(image)
        return VisualTokens(embeddings, positions, n_pos, grid)
