"""TensorFlow 1's own scripts: its sessions, optimizers and `tf.contrib`, with and without Keras.

A script that opens a `tf.Session`, takes `tf.gradients` or steps with a `tf.train` optimizer runs in
one graph of TensorFlow's own, by `tf.compat.v1`. A Keras model in such a script stays a Keras 3 model,
computed outside the graph by `predict`. Where one of its tensors meets the graph, in `session.run`, in
`tf.gradients`, in any function of TensorFlow, its layers become operations of the graph
(`keras_tensors`), and its weights variables of the graph with the same values (`keras_variables`).
"""
