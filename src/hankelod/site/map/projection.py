"""Projection ETRS-TM35FIN (EPSG:3067), used by the national maps of Finland."""

from __future__ import annotations

from math import asinh, atan2, atanh, cos, cosh, hypot, radians, sin, sinh, tan

Point = tuple[float, float]
"""Easting and northing in metres."""

SEMI_MAJOR = 6378137.0

FLATTENING = 1 / 298.257222101

SCALE = 0.9996

CENTRAL_MERIDIAN = 27.0

FALSE_EASTING = 500000.0

_N = FLATTENING / (2 - FLATTENING)

_RADIUS = SEMI_MAJOR / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64)

_SERIES = (
    _N / 2 - 2 * _N**2 / 3 + 5 * _N**3 / 16,
    13 * _N**2 / 48 - 3 * _N**3 / 5,
    61 * _N**3 / 240,
)

_ECCENTRICITY = (FLATTENING * (2 - FLATTENING)) ** 0.5


def to_plane(latitude: float, longitude: float) -> Point:
    """Return easting and northing in metres of a point in degrees (GRS80; WGS84 differs by less than a metre).

    Recommendation JHS 197, annex 2: Gauss-Krüger series up to the third power, accurate to a millimetre.
    """
    phi, lam = radians(latitude), radians(longitude - CENTRAL_MERIDIAN)
    conformal = sinh(asinh(tan(phi)) - _ECCENTRICITY * atanh(_ECCENTRICITY * sin(phi)))
    xi, eta = atan2(conformal, cos(lam)), asinh(sin(lam) / hypot(conformal, cos(lam)))
    north, east = xi, eta
    for n, term in enumerate(_SERIES, 1):
        north += term * sin(2 * n * xi) * cosh(2 * n * eta)
        east += term * cos(2 * n * xi) * sinh(2 * n * eta)
    return FALSE_EASTING + SCALE * _RADIUS * east, SCALE * _RADIUS * north
