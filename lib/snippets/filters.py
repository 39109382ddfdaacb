"""The code of the lesson on convolution that looks at filters: how kernels learn, and what excites them."""

from __future__ import annotations

from lib.snippets.convnet import once, trained
from lib.snippets.descent import fill
from lib.snippets.images import scaled_source
from lib.training.convnet_worker import MOST_IMAGES
from lib.training.excitation import RATE
from lib.training.images import ImageRecipe


def kernels(*, recipe: ImageRecipe, epoch: int, position: int, number: int, channel: int, image: str) -> str:
    """Train, and compare the kernels of a layer with those that were drawn; name dead filters; show one's answer.

    `image` is code that holds the image to look at, (28, 28) bytes, as `image`.

    >>> from lib.training.convnet import Network, convnet
    >>> asked = {"recipe": convnet(Network(), source="digits28", epochs=2), "epoch": 2, "position": 2}
    >>> image = "image = x_test[0, ..., 0]"
    >>> "draw = keras.initializers.GlorotUniform(seed=2)" in kernels(**asked, number=3, channel=1, image=image)
    True
    """
    return once(
        trained(recipe, epoch)
        + "\n"
        + fill(
            """
            conv = model.layers[<position>]
            kernel = conv.get_weights()[0]
            draw = keras.initializers.GlorotUniform(seed=<seed>)  # the same seed draws the same numbers again
            first = keras.ops.convert_to_numpy(draw(kernel.shape))


            def size(kernels):
                return np.sqrt((kernels**2).sum(axis=(0, 1, 2)))


            changes = size(kernel - first) / size(first)
            everything = np.linalg.norm(kernel - first) / np.linalg.norm(first)
            print(f"shape of the kernel = {kernel.shape}")
            print(f"change of all filters = {100 * everything:.0f} %")
            print(f"change of filter <number> = {100 * changes[<number>]:.0f} %")
            print("before training:", first[:, :, <channel>, <number>].round(2), sep="\\n")
            print("now:", kernel[:, :, <channel>, <number>].round(2), sep="\\n")

            maps_of = keras.Model(model.inputs[0], conv.output)
            maps = maps_of.predict(x_test[:<most>].astype("float32")<scaled>, verbose=0)
            dead = np.flatnonzero(~(maps.max(axis=(0, 1, 2)) > 0))
            print(f"test images asked = {len(maps)}")
            print(f"dead filters = {dead.tolist()}")

            """,
            position=position,
            seed=100 * recipe.seed + position,
            number=number,
            channel=channel,
            most=MOST_IMAGES,
            scaled=scaled_source(recipe),
        )
        + image.rstrip()
        + "\n"
        + fill(
            """
            inputs = image[np.newaxis, ..., np.newaxis].astype("float32")<scaled>
            response = maps_of.predict(inputs, verbose=0)[0, ..., <number>]
            print(f"shape of the response map = {response.shape}")
            print(f"largest response = {response.max():.2f}")
            """,
            number=number,
            scaled=scaled_source(recipe),
        )
    )


def excite(*, recipe: ImageRecipe, position: int, number: int, noise: float, steps: int, digits: int, seed: int) -> str:
    """Train, and change an image step by step so that a filter answers more strongly; compare it with test digits.

    >>> from lib.training.convnet import Network, convnet
    >>> asked = {"recipe": convnet(Network(), source="digits28", epochs=2), "position": 2, "number": 3}
    >>> "tape.gradient(height, picture)" in excite(**asked, noise=0.25, steps=30, digits=300, seed=0)
    True
    """
    return once(
        trained(recipe, recipe.epochs)
        + "\n"
        + fill(
            """
            import tensorflow as tf

            conv = model.layers[<position>]
            maps_of = keras.Model(model.inputs[0], conv.output)
            maps = maps_of.predict(x_test[:<digits>].astype("float32")<scaled>, verbose=0)
            responses = maps[..., <number>].mean(axis=(1, 2))
            print(f"the test digit that excites it most = {responses.argmax()}")
            print(f"its activation = {responses.max():.4f}")

            conv.activation = None  # from here on the sums before relu
            noise = np.random.default_rng(<seed>).uniform(-1, 1, (1, 28, 28, 1))
            picture = tf.constant(0.5 + <noise> * noise, "float32")
            for step in range(<steps> + 1):
                with tf.GradientTape(watch_accessed_variables=False) as tape:
                    tape.watch(picture)  # the image is what changes; the weights stay as they are
                    sums = maps_of(picture)[..., <number>]
                    activation = tf.reduce_mean(tf.nn.relu(sums))
                    # Where the filter responds nowhere, there is no slope: then lift the place that is nearest to it.
                    height = activation if activation > 0 else tf.reduce_max(sums)
                print(f"step {step}: activation = {float(activation):.4f}")
                gradient = tape.gradient(height, picture)
                size = tf.sqrt(tf.reduce_mean(gradient**2))
                if size > 0:
                    picture = tf.clip_by_value(picture + <rate> * gradient / size, 0, 1)
            """,
            position=position,
            number=number,
            noise=noise,
            steps=steps,
            digits=digits,
            seed=seed,
            rate=RATE,
            scaled=scaled_source(recipe),
        )
    )
