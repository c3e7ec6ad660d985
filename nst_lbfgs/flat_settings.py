"""The settings of a run by their own names alone, whichever group they stand in.

For options, presets, tables and sweeps, where nobody asks for the group; no two settings share a name.
Two names are of no field: 'optimizer', 'lbfgs' or 'adam', and 'enhance', whether there is an enhancement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass, replace
from typing import Any, get_type_hints

from .checks import check_choice, check_flag
from .config import (
    OPTIMIZERS,
    ComputationConfig,
    ObjectiveConfig,
    OptimizerConfig,
    StartConfig,
    TransferConfig,
)
from .errors import ConfigError
from .pictures.enhancement import Enhancement
from .run_config import ColoursConfig, MasksConfig, PictureConfig, RunConfig, StylesConfig

GROUPS = {'objective': ObjectiveConfig, 'start': StartConfig, 'computation': ComputationConfig}
RUN_GROUPS = {'styles': StylesConfig, 'masks': MasksConfig, 'colours': ColoursConfig}
SIZES = ('image_height', 'image_width', 'longest_side')
STYLE_MASKS = ('style_masks', 'style_source_masks')
MASKS = (*STYLE_MASKS, 'content_mask', 'keep')
# A setting that means something only beside one of others.
NEEDS = {
    'keep_feather': ('keep',),
    'mask_threshold': MASKS,
    'invert_masks': MASKS,
    'color_space': ('preserve_colors',),
    'color_strength': ('preserve_colors', 'match_colors'),
}


def run_settings(config: RunConfig) -> dict[str, Any]:
    """Return the value of every setting of a run, in the order of the groups.

    Those of the enhancement are there only if there is one.
    """
    settings = transfer_settings(config.transfer) | _picture_settings(config.pictures)
    for name in RUN_GROUPS:
        settings |= _values(getattr(config, name))
    return settings


def run_types() -> dict[str, Any]:
    """Return the type of every setting of a run, of either optimiser's and of the enhancement's too."""
    types = transfer_types() | {'enhance': bool}
    for kind in (PictureConfig, Enhancement, *RUN_GROUPS.values()):
        types |= _types(kind)
    return types


def with_run_settings(config: RunConfig, settings: Mapping[str, Any]) -> RunConfig:
    """Return `config` with these settings; another optimiser begins with its own defaults.

    A size takes the place of every size that was there, maps of regions that of the styles' masks, and the
    other way round. A factor means an enhancement, unless 'enhance' is False. Raises ConfigError for an
    unknown name, a setting of the other optimiser, one without what it is about, and a value that cannot
    be used.
    """
    types = transfer_types()
    check_names(settings, run_types())
    if 'regions' in settings:
        settings = {**dict.fromkeys(STYLE_MASKS, ()), **settings}
    elif any(name in settings for name in STYLE_MASKS):
        settings = {'regions': (), **settings}
    changed = RunConfig(
        with_transfer_settings(
            config.transfer, {name: value for name, value in settings.items() if name in types}
        ),
        _with_picture_settings(config.pictures, settings),
        **{
            name: replace(getattr(config, name), **_those_of(kind, settings))
            for name, kind in RUN_GROUPS.items()
        },
    )
    _check_needs(settings, changed)
    return changed


def transfer_settings(config: TransferConfig) -> dict[str, Any]:
    """Return the value of every setting of a transfer, in the order of the groups."""
    settings: dict[str, Any] = {}
    for field in fields(config):
        value = getattr(config, field.name)
        if field.name == 'optimizer':
            settings['optimizer'] = value.name
        settings |= _values(value) if is_dataclass(value) else {field.name: value}
    return settings


def transfer_types() -> dict[str, Any]:
    """Return the type of every setting of a transfer, of either optimiser's too."""
    types = {'optimizer': str}
    for kind in (TransferConfig, *GROUPS.values(), *OPTIMIZERS.values()):
        types |= _types(kind)
    return types


def with_transfer_settings(config: TransferConfig, settings: Mapping[str, Any]) -> TransferConfig:
    """Return `config` with these settings; another optimiser begins with its own defaults.

    Raises ConfigError for an unknown name, a setting of the other optimiser, and a value that cannot
    be used.
    """
    check_names(settings, transfer_types())
    groups = {
        name: replace(getattr(config, name), **_those_of(kind, settings)) for name, kind in GROUPS.items()
    }
    own = _those_of(TransferConfig, settings) | {'optimizer': _optimizer(config.optimizer, settings)}
    return replace(config, **groups, **own)


def shown(value: object) -> str:
    """Return a setting's value as it would be typed."""
    if isinstance(value, bool):
        return 'yes' if value else 'no'
    if isinstance(value, tuple):
        return ' '.join(map(_shown_item, value)) or 'none'
    if isinstance(value, float):
        return f'{value:g}'
    return 'none' if value is None else str(value)


def check_names(settings: Mapping[str, Any], known: Mapping[str, Any] | set[str]) -> None:
    """Raise ConfigError for a name that is not known."""
    for name in settings:
        check_choice('a setting', name, known)


def of_other_optimizers(optimizer: object) -> set[str]:
    """Return the names of the settings that an optimiser, by its name, does not have."""
    return {field.name for name, kind in OPTIMIZERS.items() if name != optimizer for field in fields(kind)}


def _shown_item(value: object) -> str:
    if not isinstance(value, tuple):
        return shown(value)
    name, weight = value
    return str(name) if weight == 1 else f'{name}:{weight:g}'


def _picture_settings(config: PictureConfig) -> dict[str, Any]:
    settings = _values(config)
    enhancement = settings.pop('enhancement')
    return settings | {'enhance': enhancement is not None} | (asdict(enhancement) if enhancement else {})


def _with_picture_settings(config: PictureConfig, settings: Mapping[str, Any]) -> PictureConfig:
    own = _those_of(PictureConfig, settings)
    if any(name in own for name in SIZES):
        own = dict.fromkeys(SIZES) | own
    return replace(config, **own, enhancement=_enhancement(config.enhancement, settings))


def _check_needs(settings: Mapping[str, Any], changed: RunConfig) -> None:
    values = run_settings(changed)
    for name, needed in NEEDS.items():
        given = name in settings and settings[name] is not None and settings[name] is not False
        if given and not any(values[other] for other in needed):
            raise ConfigError(f'Expected {" or ".join(needed)} for {name}. Received: none.')
    if settings.get('init_colors') == 'matched' and changed.transfer.start.kind not in ('content', 'blend'):
        raise ConfigError(
            'Expected init content or blend:R for init_colors matched. '
            f'Received: {changed.transfer.start.init}'
        )


def _optimizer(before: OptimizerConfig, settings: Mapping[str, Any]) -> OptimizerConfig:
    name = settings.get('optimizer', before.name)
    check_choice('optimizer', name, OPTIMIZERS)
    kind = OPTIMIZERS[name]
    for other in OPTIMIZERS.values():
        foreign = [] if other is kind else list(_those_of(other, settings))
        if foreign:
            raise ConfigError(f'Expected {other.name} as the optimizer for {foreign[0]}. Received: {name}')
    return replace(before if isinstance(before, kind) else kind(), **_those_of(kind, settings))


def _enhancement(before: Enhancement | None, settings: Mapping[str, Any]) -> Enhancement | None:
    factors = _those_of(Enhancement, settings)
    wanted = settings.get('enhance', before is not None or bool(factors))
    check_flag('enhance', wanted)
    enhancement = replace(before or Enhancement(), **factors)
    return enhancement if wanted else None


def _types(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind) if field.name not in _GROUP_NAMES}


def _values(config: Any) -> dict[str, Any]:
    return {field.name: getattr(config, field.name) for field in fields(config)}


def _those_of(kind: type, settings: Mapping[str, Any]) -> dict[str, Any]:
    names = {field.name for field in fields(kind)} - _GROUP_NAMES
    return {name: value for name, value in settings.items() if name in names}


_GROUP_NAMES = {*GROUPS, *RUN_GROUPS, 'optimizer', 'enhancement'}
