"""What trains networks on images, inside the trainer process: Keras models in a compiled loop over batches of bytes.

`model.fit` pays Python, and copies, for every batch. Here pixels stay bytes until a batch needs them, and one call of a
compiled function trains as many batches as fit into a part. What it is made of stays Keras: layers, loss, optimizer.

TensorFlow and Keras are imported inside functions: the page process may import this module and stays light.
"""

from __future__ import annotations

import functools
import itertools
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lib.datasets import WHITE, Data, images
from lib.layers import AveragePooling2D, Conv2D, Dense, Flatten, Layer, MaxPooling2D, parameters, products_per_image
from lib.training import augmentation
from lib.training.augmentation import Augmentation
from lib.training.engine import count_program, programs_compiled, shuffled
from lib.training.optimizer import make_optimizer, set_numbers
from lib.windows import Window

if TYPE_CHECKING:
    from lib.training.images import ImageRecipe

TEST_BATCH = 500
"""Images that are tested at once, at most."""

TEST_PRODUCTS = 2_000_000_000
"""Multiplications of what is tested at once, at most: a batch that takes long keeps others waiting."""

KEPT, KEPT_WEIGHTS = 24, 8_000_000
"""Models that stay compiled, and the weights in all of them, at most; those unused for longest are dropped."""


@dataclass(frozen=True, eq=False)
class State:
    """Where a run stands between two parts: updates done, weights, the optimizer's own arrays, and the test so far.

    `answers` (images, classes + 1) hold, in batches, the probabilities and the loss of each test image that was tested
    since the last epoch ended; None while training.
    """

    update: int
    weights: list[np.ndarray]
    slots: list[np.ndarray]
    answers: tuple[np.ndarray, ...] | None = None


@dataclass(frozen=True, eq=False)
class Tested:
    """How a network does on the test images: mean loss, accuracy, and its probabilities (samples, classes)."""

    loss: float
    accuracy: float
    probabilities: np.ndarray


@dataclass(frozen=True, eq=False)
class Part:
    """Some updates of a run, or some of a test: losses and accuracies by batch, where to go on, the seconds it took.

    Those of a part that compiled do not count. `programs` were compiled in this process so far. `tested` is there when
    a test has come to its end, `first_weights` in the first part: those before any update.
    """

    losses: np.ndarray
    accuracies: np.ndarray
    state: State
    seconds: float
    programs: int
    tested: Tested | None = None
    first_weights: list[np.ndarray] | None = None


def make_model(layers: Sequence[Layer], inputs: tuple[int, ...], seed: int) -> Any:
    """Build the Keras model of these layers; layer number i draws its kernel with seed 100 * seed + i."""
    import keras

    made = [_keras_layer(layer, 100 * seed + i) for i, layer in enumerate(layers)]
    return keras.Sequential([keras.Input(inputs), *made])


def _keras_layer(layer: Layer, seed: int) -> Any:
    import keras

    match layer:
        case Conv2D():
            return keras.layers.Conv2D(
                layer.filters,
                layer.kernel_size,
                strides=layer.strides,
                padding=layer.padding,
                activation=layer.activation,
                kernel_initializer=keras.initializers.GlorotUniform(seed=seed),
            )
        case Dense():
            return keras.layers.Dense(
                layer.units, layer.activation, kernel_initializer=keras.initializers.GlorotUniform(seed=seed)
            )
        case MaxPooling2D():
            made = keras.layers.MaxPooling2D(layer.pool_size, layer.strides, layer.padding)
            if layer.window == Window(2, 2):
                made.call = _quickly_learned(made.call)
            return made
        case AveragePooling2D():
            return keras.layers.AveragePooling2D(layer.pool_size, layer.strides, layer.padding)
        case Flatten():
            return keras.layers.Flatten()


def _quickly_learned(pool: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Give Keras' pooling by 2 and 2 a gradient that takes a third of the time of TensorFlow's, and is the same.

    All of it goes to the first of the largest numbers of a patch, row by row.
    """
    import tensorflow as tf

    @tf.custom_gradient  # type: ignore[untyped-decorator]  # TensorFlow has no types
    def pooled(x: Any) -> Any:
        y = pool(x)

        def gradient(upstream: Any) -> Any:
            rows, columns, channels = y.shape[1:]
            cells = tf.reshape(x[:, : 2 * rows, : 2 * columns], (-1, rows, 2, columns, 2, channels))
            largest = tf.equal(cells, y[:, :, None, :, None])
            a, b, c = largest[:, :, 0, :, 0], largest[:, :, 0, :, 1], largest[:, :, 1, :, 0]
            b &= ~a
            c &= ~(a | b)
            first = tf.stack([tf.stack([a, b], 3), tf.stack([c, ~(a | b | c)], 3)], 2)
            whole = tf.where(first, upstream[:, :, None, :, None], 0.0)
            whole = tf.reshape(whole, (-1, 2 * rows, 2 * columns, channels))
            return tf.pad(whole, [(0, 0), (0, x.shape[1] - 2 * rows), (0, x.shape[2] - 2 * columns), (0, 0)])

        return y, gradient

    return lambda inputs: pooled(inputs)


def _through(layers: Sequence[Any], x: Any, *, training: bool) -> Any:
    """Take images through Keras layers; bias and relu of a convolution come after a maximum pooling that follows it.

    Both keep the order of numbers, so the outcome is the same; where a maximum is taken of 2 by 2 numbers, a quarter of
    them are left to work on.
    """
    import keras
    import tensorflow as tf

    convolution = None
    for layer, following in itertools.zip_longest(layers, layers[1:]):
        pooled = isinstance(layer, keras.layers.Conv2D) and isinstance(following, keras.layers.MaxPooling2D)
        if pooled and layer.activation is keras.activations.relu:
            convolution, x = layer, layer.convolution_op(x, layer.kernel)
            continue
        x = layer(x, training=training)
        if convolution is not None:
            x, convolution = tf.nn.relu(tf.nn.bias_add(x, convolution.bias)), None
    return x


def _step_quickly(optimizer: Any) -> None:
    """Have Keras' RMSprop, as it comes, step by TensorFlow's own kernel for it: one pass over the weights, not eight.

    The kernel knows a momentum, which Keras' RMSprop has only if asked to; here it rests at zero.
    """
    import tensorflow as tf

    rest = [tf.Variable(tf.zeros(velocity.shape), trainable=False) for velocity in optimizer._velocities]

    def update_step(gradient: Any, variable: Any, learning_rate: Any) -> None:
        index = optimizer._get_variable_index(variable)
        tf.raw_ops.ResourceApplyRMSProp(
            var=variable.handle,
            ms=optimizer._velocities[index].value.handle,
            mom=rest[index].handle,
            lr=tf.cast(learning_rate, tf.float32),
            rho=optimizer.rho,
            momentum=0.0,
            epsilon=optimizer.epsilon,
            grad=gradient,
        )

    optimizer.update_step = update_step


class Program:
    """A model, its optimizer, and the compiled functions that train and test it.

    Its variables hold one run at a time: whoever restores a state and goes on from it holds `turn` meanwhile, because
    what is compiled ahead is so in another thread.
    """

    def __init__(
        self, layers: tuple[Layer, ...], inputs: tuple[int, ...], optimizer: str, augmented: Augmentation | None
    ) -> None:
        """Build the model; compiling waits for the first call."""
        import keras
        import tensorflow as tf

        self.turn = threading.Lock()
        self.model = make_model(layers, inputs, 0)
        self.augmenting = augmentation.make_layers(augmented)
        self.variables = self.model.trainable_variables
        self.optimizer = make_optimizer(optimizer)
        self.optimizer.build(self.variables)
        if optimizer == "rmsprop":
            _step_quickly(self.optimizer)
        self.slots = [variable for variable in self.optimizer.variables if variable.shape]
        self.first_slots = [slot.numpy() for slot in self.slots]
        self.loss = keras.losses.SparseCategoricalCrossentropy(reduction=None)
        some, numbers = tf.TensorSpec([None, *inputs], tf.uint8), tf.TensorSpec([None], tf.int32)
        counts, rates = tf.TensorSpec([3], tf.int32), tf.TensorSpec([3], tf.float32)
        # However many images there are, this is compiled once.
        self.train = tf.function(self._train, input_signature=[some, numbers, numbers, counts, rates])
        self.predict = tf.function(self._predict, input_signature=[some, numbers, tf.TensorSpec([], tf.float32)])
        self.weights = parameters(layers, inputs)
        self.seconds_per_image = 0.0
        products = products_per_image(layers, inputs)
        self.test_batch = max(20, min(TEST_BATCH, TEST_PRODUCTS // products))

    def restore(self, weights: Sequence[np.ndarray], slots: Sequence[np.ndarray], update: int, seed: int) -> None:
        """Give variables, optimizer and what is drawn at random the values of a state."""
        for variable, value in zip([*self.variables, *self.slots], [*weights, *slots], strict=True):
            variable.assign(value)
        self.optimizer.iterations.assign(update)
        augmentation.set_seed(self.augmenting, seed, update)

    def _predict(self, x: Any, y: Any, divisor: Any) -> Any:
        """Give the probabilities of each image, and its loss, in one row (classes + 1,)."""
        import tensorflow as tf

        outputs = _through(self.model.layers, tf.cast(x, tf.float32) / divisor, training=False)
        return tf.concat([outputs, self.loss(y, outputs)[:, None]], axis=1)

    def _train(self, x: Any, y: Any, order: Any, counts: Any, rates: Any) -> Any:
        """Train on the images in this order, batch by batch; returns losses and accuracies (updates,).

        `counts` are the first batch, the one behind the last, and the images in a batch; `rates` what divides pixels,
        the learning rate and the momentum.
        """
        import tensorflow as tf

        first, behind, batch_size = tf.unstack(counts)
        divisor, rate, momentum = tf.unstack(rates)
        set_numbers(self.optimizer, {"learning_rate": rate, "momentum": momentum})
        losses = tf.TensorArray(tf.float32, behind - first)
        accuracies = tf.TensorArray(tf.float32, behind - first)
        step = first
        while step < behind:
            chosen = order[step * batch_size : (step + 1) * batch_size]
            images, labels = tf.cast(tf.gather(x, chosen), tf.float32) / divisor, tf.gather(y, chosen)
            for layer in self.augmenting:
                images = layer(images, training=True)
            with tf.GradientTape() as tape:
                outputs = _through(self.model.layers, images, training=True)
                loss = tf.reduce_mean(self.loss(labels, outputs))
            self.optimizer.apply(tape.gradient(loss, self.variables), self.variables)
            right = tf.argmax(outputs, axis=1, output_type=tf.int32) == labels
            losses = losses.write(step - first, loss)
            accuracies = accuracies.write(step - first, tf.reduce_mean(tf.cast(right, tf.float32)))
            step += 1
        return losses.stack(), accuracies.stack()


_KEPT: OrderedDict[tuple[object, ...], Program] = OrderedDict()
_KEPT_LOCK = threading.Lock()


def compiled(
    layers: tuple[Layer, ...], inputs: tuple[int, ...], optimizer: str, augmented: Augmentation | None = None
) -> Program:
    """Return the program for a structure: compiled at its first call, kept for the next ones."""
    key = layers, inputs, optimizer, augmented
    with _KEPT_LOCK:
        program = _KEPT.pop(key, None)
        if program is None:
            count_program()
            program = Program(*key)
        _KEPT[key] = program
        while len(_KEPT) > 1 and (len(_KEPT) > KEPT or _weights_kept() > KEPT_WEIGHTS):
            _KEPT.popitem(last=False)
    return program


def _weights_kept() -> int:
    return sum(program.weights for program in _KEPT.values())


def _program(recipe: ImageRecipe) -> Program:
    augmented = () if recipe.augmentation is None else (recipe.augmentation,)
    return compiled(recipe.layers, recipe.inputs, recipe.optimizer, *augmented)


@functools.lru_cache(maxsize=3)
def _pixels(data: Data, pixels: str) -> tuple[Any, Any]:
    """Hold the pictures of a request as TensorFlow constants: those for training and those for the test."""
    import tensorflow as tf

    found = images(data)
    x_train, x_test = (disturbed_pixels(x, data, pixels) for x in (found.x_train, found.x_test))
    return tf.constant(x_train), tf.constant(x_test)


def disturbed_pixels(x: np.ndarray, data: Data, pixels: str) -> np.ndarray:
    """Give images (n, ...) all in the same random order of their pixels where these are "shuffled"."""
    if pixels != "shuffled":
        return x
    order = np.random.default_rng(data.seed).permutation(int(np.prod(x.shape[1:])))
    return x.reshape(len(x), -1)[:, order].reshape(x.shape)


def disturbed_labels(y: np.ndarray, data: Data, labels: str) -> np.ndarray:
    """Give training images the labels (n,) of others where these are "shuffled"."""
    return np.random.default_rng(data.seed).permutation(y) if labels == "shuffled" else y


def prepare(recipe: ImageRecipe) -> None:
    """Compile what the recipe will need, before anybody waits for it."""
    program, inputs = _program(recipe), recipe.inputs
    with program.turn:
        if not program.train.experimental_get_tracing_count():
            one, none = np.zeros((1, *inputs), np.uint8), np.zeros(1, np.int32)
            program.train(one, none, none, np.array([0, 1, 1], np.int32), np.array([WHITE, 0.0, 0.0], np.float32))
            program.predict(one, none, np.float32(WHITE))


def train_part(recipe: ImageRecipe, state: State | None, seconds: float) -> Part:
    """Train, or test, for about so many seconds: to the end of an epoch or of a test at most."""
    program = _program(recipe)
    with program.turn:
        return _in_turn(program, recipe, state, seconds)


def _in_turn(program: Program, recipe: ImageRecipe, state: State | None, seconds: float) -> Part:
    began = time.perf_counter()
    found = images(recipe.data)
    x_train, x_test = _pixels(recipe.data, recipe.pixels)
    y_train = disturbed_labels(found.y_train, recipe.data, recipe.labels)
    first = None
    if state is None:
        first = [weights.numpy() for weights in make_model(recipe.layers, recipe.inputs, recipe.seed).weights]
        state = State(0, first, program.first_slots)
    program.restore(state.weights, state.slots, state.update, recipe.seed)
    divisor = np.float32(WHITE if recipe.scaled else 1)
    if state.answers is not None:
        return _test_part(program, x_test, found.y_test, state, divisor, began, seconds)
    per_epoch = recipe.updates_per_epoch
    done = state.update % per_epoch
    each = program.seconds_per_image * recipe.batch_size
    fitting = int(seconds / each) if each else 1
    count = max(1, min(per_epoch - done, fitting))
    order = shuffled(recipe.seed, recipe.data.training, state.update // per_epoch).astype(np.int32)
    counts = np.array([done, done + count, recipe.batch_size], np.int32)
    rates = np.array([divisor, recipe.learning_rate, recipe.momentum], np.float32)
    known = program.train.experimental_get_tracing_count() > 0
    at_work = time.perf_counter()
    losses, accuracies = (curve.numpy() for curve in program.train(x_train, y_train, order, counts, rates))
    if known:
        program.seconds_per_image = (time.perf_counter() - at_work) / (count * recipe.batch_size)
    weights, slots = ([v.numpy() for v in variables] for variables in (program.variables, program.slots))
    ended = done + count == per_epoch
    after = State(state.update + count, weights, slots, () if ended else None)
    took = time.perf_counter() - began if known else 0.0
    return Part(losses, accuracies, after, took, programs_compiled(), first_weights=first)


def _test_part(
    program: Program, x: Any, y: np.ndarray, state: State, divisor: np.float32, began: float, seconds: float
) -> Part:
    """Test on with the next images, some at once; at the end, sum up."""
    assert state.answers is not None
    known = program.predict.experimental_get_tracing_count() > 0
    batches, total = list(state.answers), len(y)
    while (done := sum(map(len, batches))) < total:
        if len(batches) > len(state.answers) and time.perf_counter() - began > seconds:
            break
        some = slice(done, done + program.test_batch)
        batches.append(program.predict(x[some], y[some], divisor).numpy())
    tested = None if done < total else _tested(np.concatenate(batches), y)
    after = State(state.update, state.weights, state.slots, tuple(batches) if tested is None else None)
    took = time.perf_counter() - began if known else 0.0
    return Part(np.zeros(0, np.float32), np.zeros(0, np.float32), after, took, programs_compiled(), tested=tested)


def _tested(answers: np.ndarray, y: np.ndarray) -> Tested:
    probabilities, losses = answers[:, :-1], answers[:, -1]
    return Tested(float(losses.mean()), float((probabilities.argmax(axis=1) == y).mean()), probabilities)
