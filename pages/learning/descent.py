"""Gradient descent: the reader will understand how a network finds good weights by taking small steps downhill."""

from dataclasses import replace

import numpy as np
import streamlit as st

from lib import backpropagation, datasets, descent
from lib.charts import descent as charts
from lib.charts import plane
from lib.datasets import load
from lib.snippets import descent as code
from lib.snippets import descent_training as training_code
from lib.training import descent as trainings
from lib.training.engine import updates_per_epoch
from lib.training.gradients import neuron_gradients
from lib.training.race import race as run_race
from lib.training.recipe import OPTIMIZERS, Recipe, Run
from lib.ui import controls, lesson, picture, training
from lib.ui.course import HOME
from lib.ui.layout import answer, beside, numbers
from lib.ui.predict import predict
from lib.ui.text import t

CURVE_NAMES = {"parabola": t("one valley"), "two_minima": t("two valleys"), "plateau": t("plateau")}
OPTIMIZER_NAMES = {
    "sgd": "SGD",
    "momentum": t("momentum"),
    "nesterov": "Nesterov",
    "adagrad": "Adagrad",
    "rmsprop": "RMSprop",
    "adam": "Adam",
}
PARTS = (("training", t("training")), ("validation", t("validation")))


def figure(value: float, format_: str) -> str:
    """Spell a number that training gave, in powers of ten where it grew beyond a million."""
    return format(value, format_ if abs(value) < 1e6 else ".2e")


# --- Slope ------------------------------------------------------------------------------------------------------------


def slope_settings() -> dict[str, object]:
    return {
        "curve": controls.choice(t("Curve"), list(descent.CURVES), key="slope_curve", names=CURVE_NAMES.__getitem__),
        "x": controls.slider(t("Point x"), key="slope_x", default=-1.5, minimum=-2.4, maximum=2.4, step=0.05),
        "eps": controls.slider(
            t("Step ε"),
            key="slope_eps",
            default=1.0,
            values=(0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0),
            help=t("How far to the right the second point lies."),
        ),
    }


def slope() -> None:
    st.markdown(
        t(
            "A network learns by changing numbers, its **weights**. The **loss** says how wrong its predictions "
            "are: small is good. Which way should a weight go to make the loss smaller? Look at the loss as a "
            "curve over one weight $x$ and take a small step $\\varepsilon$ to the side. The line through both "
            "points, the *secant*, rises by some slope. Make the step smaller: the secant turns into the "
            "**tangent**, and its slope $a$ into the **derivative**."
        )
    )
    left, right = beside("slope")
    with left:
        settings = slope_settings()
        curve, x, eps = descent.CURVES[settings["curve"]], settings["x"], settings["eps"]
        secant, tangent = descent.secant_slope(curve, x, eps), descent.tangent_slope(curve, x)
        error = descent.approximation_error(curve, x, eps)
        numbers(
            (t("Slope of the secant"), f"{secant:.4f}"),
            (t("Slope of the tangent"), f"{tangent:.4f}"),
            (t("Miss at x + ε"), f"{error:.2g}"),
        )
    with right:
        picture.show(
            charts.slope.chart,
            charts.slope.datasets(curve, x, eps),
            key="slope",
            alt=t(
                "A loss curve, a point on it with its tangent, and the secant to a second point; the slopes are "
                "given beside it."
            ),
            x_title=t("weight x"),
            y_title=t("loss f(x)"),
            names=(("secant", t("secant")), ("tangent", t("tangent"))),
            x_domain=curve.domain,
            y_domain=curve.range,
        )
    st.markdown(
        t(
            "**Notice** that the tangent foretells the curve nearby: $f(x + \\varepsilon) \\approx f(x) + "
            "a\\,\\varepsilon$. Make a small step ten times smaller, and it misses about a hundred times less. "
            "Where the slope is positive, going left lowers the loss; where it is negative, going right does. That "
            "is all gradient descent needs to know."
        )
    )


def slope_code() -> str:
    return code.slope(**slope_settings())


# --- One coefficient at a time ----------------------------------------------------------------------------------------

NETWORKS = {
    "2-4-2-1": (2, 4, 2, 1),
    "784-512-10": (784, 512, 10),
    "784-512-512-10": (784, 512, 512, 10),
}


def coefficient_settings() -> dict[str, object]:
    return {
        "w": controls.slider(
            t("Coefficient"), key="coef_w", default=0.3, minimum=-0.2, maximum=0.5, step=0.05, format=".2f"
        ),
        "h": controls.slider(t("Trial step"), key="coef_h", default=0.05, values=(0.01, 0.02, 0.05, 0.1)),
        "layer_sizes": NETWORKS[
            controls.choice(t("Network"), list(NETWORKS), key="coef_network", default="784-512-10")
        ],
    }


def coefficient() -> None:
    st.markdown(
        t(
            "Without gradients one could still learn: hold all weights but one fixed, try that one a little higher "
            "and a little lower, and keep what is better. At 0.3 the loss is 0.5. At 0.35 it is 0.6."
        )
    )
    guess = predict(
        t("What do you expect the loss to be at 0.25?"),
        {"lower": t("below 0.5"), "same": t("still 0.5"), "higher": t("above 0.5")},
        key="coef_prediction",
    )
    if guess:
        answer(
            guess, "lower", t("The computation says **{loss:.1f}**. So lower it.", loss=descent.coefficient_loss(0.25))
        )
    left, right = beside("coefficient")
    with left:
        settings = coefficient_settings()
        trial = descent.trial(settings["w"], settings["h"])
        sizes = settings["layer_sizes"]
        numbers(
            (t("loss at {w:.2f}", w=trial.w - trial.h), f"{trial.down:.3f}"),
            (t("loss at {w:.2f}", w=trial.w), f"{trial.here:.3f}"),
            (t("loss at {w:.2f}", w=trial.w + trial.h), f"{trial.up:.3f}"),
        )
        better = {
            "down": t("A lower coefficient is better."),
            "up": t("A higher coefficient is better."),
            "stay": t("Staying is best: the bottom is less than one step away."),
        }[trial.better]
        st.markdown(f"**{better}**")
    with right:
        picture.show(
            charts.coefficient.chart,
            charts.coefficient.datasets(trial),
            key="coefficient",
            alt=t(
                "A loss curve over one coefficient with three marked values and an arrow to the best; the losses "
                "are given beside it."
            ),
            w_title=t("coefficient"),
            loss_title=t("loss"),
        )
    st.markdown(
        t(
            "**Notice** the price. Each trial is a *forward pass* of the whole network over a batch, two for each "
            "coefficient. A network {sizes} has **{parameters:,}** coefficients, so one round of trying costs "
            "**{trials:,}** forward passes. One forward and one *backward pass* give the slope for all of them at "
            "once, at the price of about **{passes:.1f}** forward passes. The curve here is made up for this "
            "picture.",
            sizes="–".join(map(str, sizes)),
            parameters=descent.parameters(sizes),
            trials=descent.trial_passes(sizes),
            passes=descent.gradient_passes(sizes),
        )
    )


def coefficient_code() -> str:
    return code.coefficient(**coefficient_settings())


# --- The loss curve ---------------------------------------------------------------------------------------------------

RATES = tuple(float(f"{rate:.2g}") for rate in np.geomspace(0.001, 10, 81))
VERDICTS = {
    "too_slow": t("Too slow: the steps are so small, or so few, that the ball is still on its way."),
    "converges": t("It arrives: the ball has all but come to rest at the lowest point."),
    "oscillates": t("It jumps to and fro: the rate or the momentum is too large for the ball to have come to rest."),
    "trapped": t("Trapped: the ball rests where the slope is next to nothing, but lower ground lies elsewhere."),
    "diverges": t("It diverges: the steps are so large that they lead uphill, and the ball ends higher than it began."),
}


def curve_settings() -> dict[str, object]:
    chosen = controls.choice(t("Curve"), list(descent.CURVES), key="curve_curve", names=CURVE_NAMES.__getitem__)
    settings: dict[str, object] = {
        "curve": chosen,
        "learning_rate": controls.slider(t("Learning rate"), key="curve_rate", default=0.1, values=RATES),
        "momentum": controls.slider(
            t("Momentum"),
            key="curve_momentum",
            default=0.0,
            minimum=0.0,
            maximum=0.95,
            step=0.05,
            format=".2f",
            help=t("The share of the last step that is kept and added to the next one."),
        ),
        "start": controls.slider(
            t("Starting point"), key="curve_start", default=-2.0, minimum=-2.3, maximum=2.3, step=0.1
        ),
        "steps": controls.slider(t("Steps"), key="curve_steps", default=30, minimum=10, maximum=100, step=10),
    }
    if chosen == "parabola":
        settings["curvature"] = controls.slider(
            t("Curvature c"),
            key="curve_curvature",
            default=1.0,
            minimum=0.5,
            maximum=4.0,
            step=0.25,
            help=t("How steeply the parabola c/2 x² bends."),
        )
    return settings


def curve() -> None:
    st.markdown(
        t(
            "Step against the slope $a$, again and again: $x \\leftarrow x - \\eta\\,a$. The **learning rate** "
            "$\\eta$ decides how far each step goes. **Momentum** keeps a share of the last step, like a ball that "
            "rolls: it speeds up slow valleys and may carry over a hump."
        )
    )
    left, right = beside("curve")
    with left:
        settings = curve_settings()
        parabola = settings["curve"] == "parabola"
        shape = descent.parabola(settings["curvature"]) if parabola else descent.CURVES[settings["curve"]]
        if parabola:
            guess = predict(
                t("The curvature is 1. From which learning rate on will the ball fly out of the valley?"),
                {"half": "0.5", "one": "1", "two": "2", "four": "4"},
                key="curve_prediction",
            )
            if guess:
                limit = descent.stability_limit(1.0)
                said = t("The computation says **{limit:g}**: set the rate just below and just above it.", limit=limit)
                answer(guess, "two", said)
        motion = {name: settings[name] for name in ("start", "learning_rate", "momentum", "steps")}
        path = descent.descend(shape, **motion)
        verdict = VERDICTS[descent.verdict(shape, path)]
        st.markdown(f"**{verdict}**")
        if parabola:
            limit = descent.stability_limit(settings["curvature"], settings["momentum"])
            numbers(
                (t("Stable up to a rate of"), f"{limit:.3g}" if guess else "?"),
                (
                    t("Each plain step multiplies x by"),
                    f"{descent.step_factor(settings['learning_rate'], settings['curvature']):.3g}",
                ),
                (t("Seen: x is multiplied by"), f"{descent.observed_factor(path):.3g}" if path.x[0] else "–"),
            )
    with right:
        picture.show(
            charts.curve.chart,
            charts.curve.datasets(shape, path),
            key="curve",
            alt=t(
                "A ball goes down a loss curve step by step; beneath, its loss by step. The sentence beside it "
                "says how it ends."
            ),
            x_title=t("weight x"),
            y_title=t("loss"),
            step_title=t("Step"),
            x_domain=shape.domain,
            y_domain=shape.range,
            last=settings["steps"],
        )
    st.markdown(
        t(
            "**Notice** in the one valley: with curvature $c$ every plain step multiplies $x$ by $1 - \\eta\\,c$. "
            "Above a rate of $2/c$ that is more than one in size, and the ball flies off; momentum $m$ moves the "
            "limit to $2(1 + m)/c$. With two valleys, start at 2.3 with a rate of 0.1: without momentum the ball "
            "rests in the wrong one. Turn momentum up until it carries over the hump, near 0.75. Pictures in one "
            "dimension can mislead: real losses live in millions of them, where there are many more ways around a "
            "hump."
        )
    )


def curve_code() -> str:
    return code.curve(**curve_settings())


# --- The race ---------------------------------------------------------------------------------------------------------

SURFACE_NAMES = {
    "bowl": t("bowl"),
    "ravine": t("ravine"),
    "saddle": t("saddle"),
    "many_minima": t("many minima"),
}


def race_settings() -> dict[str, object]:
    surface = controls.choice(
        t("Surface"), list(descent.SURFACES), key="race_surface", default="ravine", names=SURFACE_NAMES.__getitem__
    )
    runners = controls.choices(
        t("Optimizers"),
        list(OPTIMIZERS),
        key="race_optimizers",
        default=list(OPTIMIZERS),
        names=OPTIMIZER_NAMES.__getitem__,
    )
    factor = controls.slider(
        t("Learning rates, times"),
        key="race_factor",
        default=1.0,
        values=(0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.4, 2.0, 3.0, 5.0, 10.0),
        help=t("Each optimizer begins with a rate that suits it on this surface; this multiplies all of them."),
    )
    rates = {name: float(f"{descent.SURFACES[surface].learning_rates[name] * factor:.4g}") for name in runners}
    return {
        "surface": surface,
        "learning_rates": rates,
        "momentum": controls.slider(
            t("Momentum"), key="race_momentum", default=0.9, minimum=0.0, maximum=0.99, step=0.01, format=".2f"
        ),
        "steps": controls.slider(t("Steps"), key="race_steps", default=60, minimum=10, maximum=200, step=10),
    }


def race() -> None:
    st.markdown(
        t(
            "With two weights the loss is a landscape, seen here from above: lines join places of equal height, "
            "and a star marks the lowest ground. Six of Keras' optimizers start at the same place, yet each makes "
            "something else of the slopes it meets. *Momentum* and *Nesterov* keep a velocity; *Adagrad* and "
            "*RMSprop* give each weight a step size of its own; *Adam* does both."
        )
    )
    guess = predict(
        t("In the ravine: what will happen to SGD when all learning rates are multiplied by 1.4?"),
        {"faster": t("it arrives sooner"), "same": t("next to nothing"), "lost": t("it flies off the map")},
        key="race_prediction",
    )
    if guess:
        limit = descent.stability_limit(2.0)
        rate = 1.4 * descent.SURFACES["ravine"].learning_rates["sgd"]
        answer(
            guess,
            "lost",
            t(
                "The computation says: the walls have curvature 2, so the limit is 2/2 = {limit:g}, and a rate of "
                "{rate:.3g} is above it. Try it: SGD flies off, and the others stay.",
                limit=limit,
                rate=rate,
            ),
        )
    left, right = beside("race")
    with left:
        settings = race_settings()
        surface = descent.SURFACES[settings["surface"]]
        if not settings["learning_rates"]:
            st.info(t("Choose at least one optimizer to start the race."))
            return
        training.foresee(*trainings.next_races())
        paths = training.call(
            run_race,
            settings["surface"],
            tuple(settings["learning_rates"].items()),
            settings["momentum"],
            surface.start,
            settings["steps"],
            key="race",
        )
        if paths is None:
            return
    with right:
        losses = {name: surface.function(path[:, 0], path[:, 1], np) for name, path in paths.items()}
        lost = [OPTIMIZER_NAMES[name] for name, path in paths.items() if surface.is_off(*path[-1])]
        start_loss = float(surface.function(*surface.start, np))
        picture.show(
            charts.race.chart,
            charts.race.datasets(settings["surface"], paths, losses),
            key="race",
            alt=t("The paths of the optimizers on contour lines seen from above; beneath, the loss of each by step."),
            x_title=t("weight x"),
            y_title=t("weight y"),
            step_title=t("Step"),
            loss_title=t("loss"),
            names=tuple(OPTIMIZER_NAMES.items()),
            x_domain=surface.x_domain,
            y_domain=surface.y_domain,
            loss_domain=(0.0, 1.1 * start_loss),
            last=settings["steps"],
        )
        if lost:
            st.warning(t("Flew off the map: {names}. A smaller learning rate keeps them in.", names=", ".join(lost)))
    st.markdown(
        t(
            "**Notice** in the ravine how SGD jumps from wall to wall: the steep walls forbid a larger rate, and "
            "the floor is almost flat. Momentum swings along the floor; Adagrad, RMSprop and Adam begin with about "
            "equal steps in both directions (this ravine lies along an axis, which flatters them). On the saddle "
            "the slope nearly vanishes, and SGD lingers longest; who leaves first? Among many minima SGD stays in "
            "the first valley on its way; enough momentum rolls through it, but where that ends is mostly luck."
        )
    )


def race_code() -> str:
    settings = race_settings()
    return training_code.race(**settings) if settings["learning_rates"] else ""


# --- The linear unit --------------------------------------------------------------------------------------------------

INPUT_NAMES = {"sugar": t("sugar"), "fibre": t("fibre"), "protein": t("protein")}
W_DOMAIN, B_DOMAIN = (-2.0, 14.0), (-10.0, 110.0)
MEAL = 5.0


def unit_recipe() -> Recipe:
    return trainings.unit(
        inputs=controls.choice(t("Inputs"), list(trainings.INPUTS), key="unit_inputs", names=_inputs_name),
        batch=controls.choice(
            t("Samples in a batch"), list(trainings.BATCHES), key="unit_batch", default="8", names=_batch_name
        ),
        learning_rate=controls.slider(t("Learning rate"), key="unit_rate", default=0.004, values=trainings.UNIT_RATES),
        epochs=controls.slider(t("Epochs"), key="unit_epochs", default=600, minimum=50, maximum=1000, step=50),
    )


def _inputs_name(inputs: str) -> str:
    return " + ".join(INPUT_NAMES[feature] for feature in trainings.INPUTS[inputs])


def _batch_name(batch: str) -> str:
    return t("all") if batch == "all" else batch


def unit() -> None:
    st.markdown(
        t(
            "The smallest network of all: one unit, $y = w\\,x + b$. It is to tell the calories of breakfast "
            "cereals from their sugar. The data is **generated** around $w = {w}$ and $b = {b}$, with some noise, "
            "so we know what it should find. A real Keras `Dense(1)` starts from $w = b = 0$ and learns by SGD.",
            w=f"{datasets.WEIGHTS['sugar']:g}",
            b=f"{datasets.BASE:g}",
        )
    )
    left, right = beside("unit")
    with left:
        recipe = unit_recipe()
        training.foresee(*trainings.next_units())
        run = training.run(recipe, key="unit")
        if run is None:
            return
        _unit_numbers(run)
        say_divergence(run)
    with right:
        if len(recipe.data.features) == 1:
            _unit_picture(run, load(recipe.data))
        else:
            _unit_table(run)
    if len(recipe.data.features) == 1:
        st.markdown(
            t(
                "**Notice** the two speeds. The ball drops to the floor of the valley in a few updates, then "
                "creeps along it: $w$ is pulled hard, since sugar is counted in many grams, $b$ only gently. Take "
                "one sample at a time and the path trembles; take all and it is smooth, but every epoch is a "
                "single update. With a learning rate of 0.02 it diverges, for the valley's walls are steep; one "
                "sample at a time even sooner."
            )
        )
    else:
        st.markdown(
            t(
                "**Notice** that all weights learn at once, each at a speed of its own. The bias, which starts "
                "furthest from its place, takes longest: more epochs, or smaller batches, bring it closer."
            )
        )


def _unit_numbers(run: Run) -> None:
    features, meal = run.recipe.data.features, _meal(run.recipe)
    kcal = float(np.dot(run.weights[-1, :-1], meal) + run.weights[-1, -1])
    truth = float(np.dot([datasets.WEIGHTS[name] for name in features], meal) + datasets.BASE)
    numbers(
        (t("w of sugar (true: {w:g})", w=datasets.WEIGHTS["sugar"]), figure(run.weights[-1, 0], ".3f")),
        (t("b (true: {b:g})", b=datasets.BASE), figure(run.weights[-1, -1], ".2f")),
        (t("kcal for inputs of {grams:g} g (true: {truth:g})", grams=MEAL, truth=truth), figure(kcal, ".1f")),
    )


def _meal(recipe: Recipe) -> list[float]:
    return [MEAL] * len(recipe.data.features)


def say_divergence(run: Run) -> None:
    """Say that numbers ceased to be finite, and what mends it."""
    if run.diverged_at is not None:
        st.warning(
            t(
                "It diverged in epoch {epoch}: the numbers grew beyond all bounds. Try a smaller learning rate.",
                epoch=run.diverged_at,
            )
        )


def _unit_picture(run: Run, split: datasets.Split) -> None:
    x, y = split.x_train[:, 0], split.y_train[:, 0]
    w, b = run.weights[:, 0], run.weights[:, 1]
    losses = descent.unit_loss(x, y, w, b)
    per_epoch = updates_per_epoch(len(x), run.recipe.batch_size)
    updates = (run.snapshot_epochs * per_epoch).round().astype(int)
    picture.show(
        charts.unit.chart,
        charts.unit.datasets(x, y, w=w, b=b, loss=losses, w_domain=W_DOMAIN, b_domain=B_DOMAIN, updates=updates),
        key="unit",
        alt=t(
            "Calories over sugar with the learned line; the path of w and b on the loss surface; the loss by update."
        ),
        x_title=t("sugar (g)"),
        y_title=t("energy (kcal)"),
        w_title=t("weight w (kcal per g)"),
        b_title=t("bias b (kcal)"),
        step_title=t("Update"),
        loss_title=t("loss"),
        x_domain=(0.0, 15.0),
        y_domain=(0.0, 140.0),
        w_domain=W_DOMAIN,
        b_domain=B_DOMAIN,
        loss_domain=(1.0, 20000.0),
        last=run.recipe.epochs * per_epoch,
    )


def _unit_table(run: Run) -> None:
    features = run.recipe.data.features
    st.markdown(
        t("With several inputs the line becomes a plane, then a hyperplane: $y = w_0 x_0 + w_1 x_1 + \\dots + b$.")
    )
    st.table(
        {
            t("coefficient"): [*(INPUT_NAMES[name] for name in features), t("bias")],
            t("learned"): [figure(value, ".3f") for value in run.weights[-1]],
            t("true"): [f"{datasets.WEIGHTS[name]:g}" for name in features] + [f"{datasets.BASE:g}"],
        }
    )
    texts = [f"w = {', '.join(figure(v, '.2f') for v in w[:-1])}; b = {figure(w[-1], '.1f')}" for w in run.weights]
    picture.show(
        plane.loss_chart,
        {"losses": plane.loss_rows(run.loss, run.val_loss), "said": plane.said_rows(run.snapshot_epochs, texts)},
        key="unit_loss",
        alt=t("Training and validation loss by epoch."),
        step_title=t("Epoch"),
        loss_title=t("loss"),
        parts=PARTS,
        last=run.recipe.epochs,
        loss_domain=(1.0, 20000.0),
    )


def _last(losses: np.ndarray) -> float:
    return float(losses[-1]) if len(losses) else float("inf")


def unit_code() -> str:
    recipe = unit_recipe()
    return training_code.unit(recipe=recipe, meal=_meal(recipe))


# --- The sweep --------------------------------------------------------------------------------------------------------

DATA_NAMES = {
    "circle": t("circle"),
    "xor": "XOR",
    "gauss": t("two clouds"),
    "spiral": t("spiral"),
    "moons": t("moons"),
}


def sweep_recipe() -> Recipe:
    return trainings.classifier(
        data=controls.choice(t("Data"), list(trainings.SWEEP_DATA), key="sweep_data", names=DATA_NAMES.__getitem__),
        network=controls.choice(t("Network"), list(trainings.SWEEP_NETWORKS), key="sweep_network"),
        optimizer=controls.choice(
            t("Optimizer"), list(OPTIMIZERS), key="sweep_optimizer", names=OPTIMIZER_NAMES.__getitem__
        ),
        noise=controls.slider(
            t("Noise"), key="sweep_noise", default=0.5, minimum=0.0, maximum=1.5, step=0.1, live=False
        ),
        epochs=controls.slider(
            t("Epochs"), key="sweep_epochs", default=60, minimum=10, maximum=200, step=10, live=False
        ),
    )


def _network_name(recipe: Recipe) -> str:
    widths = tuple(layer.units for layer in recipe.layers[:-1])
    return next(name for name, hidden in trainings.SWEEP_NETWORKS.items() if hidden == widths)


def picked_rate() -> float:
    usual = min(trainings.SWEEP_RATES, key=lambda rate: abs(np.log(rate / 0.1)))
    return controls.slider(t("Learning rate of one run"), key="sweep_rate", default=usual, values=trainings.SWEEP_RATES)


def sweep() -> None:
    st.markdown(
        t(
            "Which learning rate is right? Ask all of them. Here **64 real networks** learn at once, from the same "
            "start on the same batches, each with its own learning rate. The data is generated: {points} points of "
            "two classes. Every mark is one finished training. Click one, or move the slider, to see its run below.",
            points=trainings.POINTS,
        )
    )
    left, right = beside("sweep")
    with left:
        recipe, rate = sweep_recipe(), picked_rate()
        training.foresee(*trainings.next_sweeps(_network_name(recipe), recipe.optimizer))
        runs = training.sweep(trainings.sweep(recipe), key="sweep")
        if runs is None:
            return
    with right:
        zone = _sweep_picture(runs, rate)
    left, right = beside("picked")
    with left:
        run = training.run(replace(recipe, learning_rate=rate, grid=60), key="picked")
        if run is None:
            return
        say_divergence(run)
        if run.epochs:
            _picked_numbers(run)
        if zone == "divergent":
            st.caption(
                t(
                    "With so large a learning rate training is chaotic: the code below prints other numbers, "
                    "because another machine rounds the last digit differently."
                )
            )
    with right:
        if run.epochs:
            _picked_picture(run)


def _sweep_picture(runs: tuple[Run, ...], rate: float) -> descent.Zone:
    rates = trainings.SWEEP_RATES
    finals = [_last(run.loss) if run.diverged_at is None else float("inf") for run in runs]
    zones = descent.zones(finals, initial_loss=float(np.log(2)))
    best = min(zip(finals, rates, strict=True))[1]
    picture.show(
        charts.sweep.chart,
        {"runs": charts.sweep.sweep_rows(rates, finals, zones, picked=rates.index(rate), ceiling=1.0)},
        key="sweep",
        on_select=_pick,
        alt=t("Loss after the last epoch over the learning rate, for 64 runs; the best rate is named below."),
        rate_title=t("learning rate"),
        loss_title=t("loss after the last epoch (drawn up to 1)"),
        names=(("too_slow", t("too slow")), ("good", t("good")), ("divergent", t("too large"))),
        rate_domain=(0.0008, 40.0),
        loss_domain=(0.0, 1.02),
    )
    st.markdown(
        t(
            "**Notice** the valley that mostly lies between two failures: too small a rate has hardly learned "
            "after {epochs} epochs, too large a one jumps about. The best here is **{best:g}**. Change the "
            "optimizer: each has its own good range, and Adam's begins at much smaller rates than SGD's. Change "
            "the data: for two clouds far more rates will do. So a rate is good only for a task, a network and an "
            "optimizer.",
            epochs=runs[0].recipe.epochs,
            best=best,
        )
    )
    return zones[rates.index(rate)]


def _pick() -> None:
    """Take a click on a mark over to the slider."""
    chosen = st.session_state["sweep"]["selection"].get("pick") or []
    if chosen and chosen[0].get("run") in range(len(trainings.SWEEP_RATES)):
        controls.put("sweep_rate", trainings.SWEEP_RATES[chosen[0]["run"]])


def _picked_numbers(run: Run) -> None:
    numbers(
        (t("training loss"), f"{_last(run.loss):.4f}"),
        (t("validation loss"), f"{_last(run.val_loss):.4f}"),
        (t("validation accuracy"), f"{100 * _last(run.val_accuracy):.1f} %"),
    )


def _picked_picture(run: Run) -> None:
    split = load(run.recipe.data)
    picture.show(
        plane.chart,
        {
            "maps": plane.map_rows(run.maps[..., 0], run.snapshot_epochs, datasets.DOMAIN),
            "points": plane.point_rows(split.x_train, split.y_train),
            "losses": plane.loss_rows(run.loss, run.val_loss),
        },
        key="picked",
        alt=t("What the chosen network predicts on the plane, with the training points; beneath, its losses by epoch."),
        x_title="x₁",
        y_title="x₂",
        step_title=t("Epoch"),
        loss_title=t("loss"),
        classes=(t("class 0"), t("class 1")),
        parts=PARTS,
        domain=datasets.DOMAIN,
        loss_domain=(0.01, 100.0),
        last=run.recipe.epochs,
    )


def sweep_code() -> str:
    return training_code.sweep(recipe=replace(sweep_recipe(), learning_rate=picked_rate()))


# --- Backpropagation --------------------------------------------------------------------------------------------------


def backpropagation_settings() -> dict[str, object]:
    activation = controls.choice(
        t("Activation"), list(backpropagation.ACTIVATIONS), key="back_activation", default="tanh"
    )
    defaults = {"x1": 2.0, "x2": 1.0, "w1": 0.5, "w2": -1.0, "b": 0.5, "target": 1.0}
    names = {name: backpropagation.symbol(name) for name in defaults} | {"target": t("target t")}
    values = {
        name: controls.slider(names[name], key=f"back_{name}", default=value, minimum=-3.0, maximum=3.0, step=0.1)
        for name, value in defaults.items()
    }
    return {**values, "activation": activation}


def backprop() -> None:
    st.markdown(
        t(
            "How can one backward pass know all slopes at once? By the **chain rule**. A network is a chain of "
            "simple operations, and each of them knows how its result answers a change of its inputs. Numbers run "
            "forward to the loss; then the question “how does the loss answer to you?” runs back, multiplied at "
            "every node by that node's own slope. Walk through it step by step."
        )
    )
    left, right = beside("backpropagation", picture_width=3)
    with left:
        settings = backpropagation_settings()
        nodes = backpropagation.neuron(**settings)
        walk = backpropagation.steps(nodes)
    with right:
        picture.show(
            charts.backpropagation.chart,
            charts.backpropagation.datasets(nodes, walk),
            key="backpropagation",
            alt=t(
                "The graph of one neuron, from inputs and weights to the loss; the table below gives loss and "
                "gradients."
            ),
            step_title=t("Step"),
            last=len(walk) - 1,
        )
        _against_tape(settings, nodes)
    st.markdown(
        t(
            "**Notice** that a node never looks further than its neighbours, and that the gradients of $w_1$ and "
            "$w_2$ share everything but their last factor: the inputs $x_1$ and $x_2$. With relu and a negative "
            "sum the slope is 0, and nothing runs back beyond it: this unit learns nothing from this sample. "
            "Frameworks build such a graph for millions of weights by themselves: *automatic differentiation*."
        )
    )
    st.page_link(HOME.file, label=t("To all lessons"), icon=":material/home:")


def _against_tape(settings: dict[str, object], nodes: dict[str, backpropagation.Node]) -> None:
    given = {"t" if name == "target" else name: value for name, value in settings.items() if name != "activation"}
    tape = training.call(neuron_gradients, given, settings["activation"], key="tape")
    if tape is None:
        return
    ours = {"loss": nodes["loss"].value} | {name: nodes[name].gradient for name in ("w1", "w2", "b")}
    names = {"loss": t("loss")} | {name: f"∂L/∂{backpropagation.symbol(name)}" for name in ("w1", "w2", "b")}
    st.table(
        {
            t("quantity"): list(names.values()),
            t("this page"): [f"{ours[name]:.6f}" for name in names],
            "GradientTape": [f"{tape[name]:.6f}" for name in names],
            t("difference"): [f"{abs(ours[name] - tape[name]):.1e}" for name in names],
        }
    )


def backpropagation_code() -> str:
    return code.backpropagation(**backpropagation_settings())


lesson.run(
    t("Gradient descent"),
    t("How does a network find good weights among millions of possible ones? It feels the slope and steps downhill."),
    [
        lesson.Section("slope", t("The slope"), slope, slope_code),
        lesson.Section("coefficient", t("One coefficient at a time"), coefficient, coefficient_code),
        lesson.Section("curve", t("Down the loss curve"), curve, curve_code),
        lesson.Section("race", t("The race"), race, race_code),
        lesson.Section("unit", t("The linear unit"), unit, unit_code),
        lesson.Section("sweep", t("64 learning rates at once"), sweep, sweep_code),
        lesson.Section("backpropagation", t("Backpropagation"), backprop, backpropagation_code),
    ],
)
