import keras


@keras.saving.register_keras_serializable(package="netloom")
class RandomWidth(keras.Layer):
    """Stretches a batch of images to a random width in training.

    Under a compiled training step the width is drawn when the step is traced; compile the model with
    run_eagerly=True to draw it for every batch.
    """

    def __init__(self, factor, interpolation="bilinear", seed=None, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor
        self.interpolation = interpolation
        self.seed = seed
        self.state = 1 if seed is None else seed + 1

    def call(self, inputs, training=False):
        if not training:
            return inputs
        # Python's own numbers: the size of a tensor can't depend on another tensor.
        self.state = self.state * 48271 % 2147483647
        share = 1 + self.factor * (2 * self.state / 2147483647 - 1)
        shape = inputs.shape
        size = (shape[1], max(1, round(shape[2] * share)))
        return keras.ops.image.resize(inputs, size, interpolation=self.interpolation)

    def compute_output_spec(self, inputs, training=False):
        return keras.KerasTensor(self.compute_output_shape(inputs.shape), dtype=inputs.dtype)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:2], None, input_shape[3])

    def get_config(self):
        config = super().get_config()
        config.update(factor=self.factor, interpolation=self.interpolation, seed=self.seed)
        return config
