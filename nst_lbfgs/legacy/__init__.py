"""The API that Keras 1 and 2 style-transfer scripts were written for, on today's Keras."""
