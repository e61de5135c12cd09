"""Projections of maps: transverse Mercator, as many countries use it, else one round the centre of the areas."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from math import asin, asinh, atan2, atanh, cos, cosh, hypot, radians, sin, sinh, sqrt, tan
from typing import NamedTuple

from hankelod.messages.refusal import Refusal
from hankelod.messages.words import message

Point = tuple[float, float]
"""Easting and northing in metres."""

ToPlane = Callable[[float, float], Point]
"""Function from latitude and longitude in degrees to metres."""

SEMI_MAJOR = 6378137.0

FLATTENING = 1 / 298.257222101

SCALE = 0.9996

FALSE_EASTING = 500000.0

SOUTH = 10_000_000.0
"""False northing of zones of the southern hemisphere."""

SPHERE = 6371007.2
"""Radius in metres of the sphere that has the surface of the ellipsoid."""

_N = FLATTENING / (2 - FLATTENING)

_RADIUS = SEMI_MAJOR / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64)

_SERIES = (
    _N / 2 - 2 * _N**2 / 3 + 5 * _N**3 / 16,
    13 * _N**2 / 48 - 3 * _N**3 / 5,
    61 * _N**3 / 240,
)

_ECCENTRICITY = (FLATTENING * (2 - FLATTENING)) ** 0.5

MERIDIANS = {"3067": 27.0, "3006": 15.0}
"""Central meridians in degrees of ETRS-TM35FIN and SWEREF 99 TM, which are zones of ETRS89 that reach further, by EPSG
code."""

_ZONE = re.compile(r"(258|326|327)([0-9]{2})")
"""EPSG codes of the zones of UTM, of ETRS89 and WGS 84 north and south."""

SUPPORTED = "EPSG:3067, EPSG:3006, EPSG:258xx, EPSG:326xx, EPSG:327xx"
"""Reference systems by their EPSG codes; xx is the zone."""


def same(first: str, second: str) -> bool:
    """Tell whether two EPSG codes are of the same projection, as those of a zone and of what extends it."""
    one, other = _meridian(first), _meridian(second)
    return one is not None and one == other


class Projection(NamedTuple):
    """A projection: the EPSG code of its reference system, None for one of our own, and the function."""

    code: str | None
    to_plane: ToPlane


class NotDrawn(Refusal):
    """Refusal: the map cannot be drawn, for the reason in the message."""


def of(code: str | None, centres: Iterable[tuple[float, float]]) -> Projection:
    """Return a projection by its EPSG code; without one an equal-area projection round the middle of the centres.

    Centres are latitudes and longitudes. Raises NotDrawn for a code that is not known.
    """
    if code is None:
        return Projection(None, _round(list(centres)))
    found = _meridian(code)
    if found is None:
        raise NotDrawn(message("area-pack-projection", projection=code, known=SUPPORTED))
    meridian, north = found
    return Projection(code, lambda latitude, longitude: _transverse(latitude, longitude, meridian, north))


def _meridian(code: str) -> tuple[float, float] | None:
    """Return central meridian and false northing of a projection; None if it is not known."""
    number = code.rpartition(":")[2]
    if number in MERIDIANS:
        return MERIDIANS[number], 0.0
    zone = _ZONE.fullmatch(number)
    if zone is None or not 1 <= int(zone[2]) <= 60:
        return None
    return int(zone[2]) * 6.0 - 183.0, SOUTH if zone[1] == "327" else 0.0


def _transverse(latitude: float, longitude: float, meridian: float, north_at_equator: float) -> Point:
    """Return easting and northing of a point on GRS80; WGS 84 differs by less than a metre.

    Recommendation JHS 197, annex 2: Gauss-Krüger series up to the third power, accurate to a millimetre.
    """
    phi, lam = radians(latitude), radians(longitude - meridian)
    conformal = sinh(asinh(tan(phi)) - _ECCENTRICITY * atanh(_ECCENTRICITY * sin(phi)))
    xi, eta = atan2(conformal, cos(lam)), asinh(sin(lam) / hypot(conformal, cos(lam)))
    north, east = xi, eta
    for n, term in enumerate(_SERIES, 1):
        north += term * sin(2 * n * xi) * cosh(2 * n * eta)
        east += term * cos(2 * n * xi) * sinh(2 * n * eta)
    return FALSE_EASTING + SCALE * _RADIUS * east, north_at_equator + SCALE * _RADIUS * north


def _round(centres: list[tuple[float, float]]) -> ToPlane:
    """Return Lambert's azimuthal equal-area projection (Snyder, *Map Projections*, 1987, p. 185) of the sphere.

    Its centre is the middle of the directions to all centres, so that it does not matter where longitudes begin.
    """
    x = y = z = 0.0
    for latitude, longitude in centres:
        phi, lam = radians(latitude), radians(longitude)
        x, y, z = x + cos(phi) * cos(lam), y + cos(phi) * sin(lam), z + sin(phi)
    length = sqrt(x * x + y * y + z * z)
    phi0, lam0 = (asin(z / length), atan2(y, x)) if length > 1e-9 else (0.0, 0.0)

    def to_plane(latitude: float, longitude: float) -> Point:
        phi, lam = radians(latitude), radians(longitude) - lam0
        towards = 1 + sin(phi0) * sin(phi) + cos(phi0) * cos(phi) * cos(lam)
        k = SPHERE * sqrt(2 / max(towards, 1e-9))
        return k * cos(phi) * sin(lam), k * (cos(phi0) * sin(phi) - sin(phi0) * cos(phi) * cos(lam))

    return to_plane
