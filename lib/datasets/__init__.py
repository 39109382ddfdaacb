"""What lessons train on: generated, bundled with scikit-learn, or MNIST.

A request names a data set with its numbers; the same request gives the same arrays in every process.

>>> points = load(request("circle", samples=100, noise=0.2, seed=7))
>>> points.x_train.shape, points.y_train.shape, points.x_val.shape
((50, 2), (50, 1), (50, 2))
>>> points.synthetic, points.source
(True, 'generated: scikit-learn make_circles')
"""

from lib.datasets.archive import SENTENCES, DataUnavailable
from lib.datasets.bundled import PHOTOGRAPHS, photograph
from lib.datasets.catalogue import DATASETS, MOST_CLASSES, OWN, Bounds, Column, Dataset
from lib.datasets.cereals import BASE, WEIGHTS
from lib.datasets.data import WHITE, Data, Images, Point, Split, described, images, inputs, load, request
from lib.datasets.mnist import FOLDER_SETTING
from lib.datasets.planar import DOMAIN, wave_height

__all__ = [
    "BASE",
    "DATASETS",
    "DOMAIN",
    "FOLDER_SETTING",
    "MOST_CLASSES",
    "OWN",
    "PHOTOGRAPHS",
    "SENTENCES",
    "WEIGHTS",
    "WHITE",
    "Bounds",
    "Column",
    "Data",
    "DataUnavailable",
    "Dataset",
    "Images",
    "Point",
    "Split",
    "described",
    "images",
    "inputs",
    "load",
    "photograph",
    "request",
    "wave_height",
]
