"""Float weights to packed forms: less error than plain rounding, none where there need be none."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from desktop_app.engine.linear import GROUP, dense_of, kernel_name
from desktop_app.engine.quantize import fit4, fit8, quantize4, quantize8

needs_kernel = pytest.mark.skipif(not kernel_name(), reason="torch has no packed kernel for this CPU")


def values_of(fit: tuple[Tensor, Tensor, Tensor]) -> Tensor:
    q, scale, zero = fit
    groups = q.float().view(q.shape[0], -1, GROUP) - 8
    return (groups * scale.float().unsqueeze(-1) + zero.float().unsqueeze(-1)).view(q.shape)


def to_nearest(weight: Tensor, steps: int) -> Tensor:
    """The whole range of each group in equal steps, scale and zero in bfloat16."""
    groups = weight.view(-1, GROUP)
    low = groups.amin(1, keepdim=True)
    scale = ((groups.amax(1, keepdim=True) - low) / steps).bfloat16().float()
    zero = (low + 8 * scale).bfloat16().float()
    q = ((groups - zero) / scale).round().add(8).clamp(0, steps)
    return ((q - 8) * scale + zero).view(weight.shape)


def weights(kind: str) -> Tensor:
    torch.manual_seed(3)
    normal = torch.randn(192, 256) * 0.02
    if kind == "outliers":
        return normal * torch.where(torch.rand(192, 256) < 0.02, 6.0, 1.0)
    return normal + 0.05 if kind == "off centre" else normal


def error(one: Tensor, other: Tensor) -> float:
    return float((one - other).square().mean().sqrt())


@pytest.mark.parametrize("kind", ["normal", "outliers", "off centre"])
def test_four_bits_err_less_than_plain_rounding(kind: str) -> None:
    weight = weights(kind)
    assert error(values_of(fit4(weight)), weight) < 0.92 * error(to_nearest(weight, 15), weight)


@pytest.mark.parametrize("kind", ["normal", "outliers", "off centre"])
def test_eight_bits_are_fifteen_times_finer(kind: str) -> None:
    weight = weights(kind)
    assert error(values_of(fit8(weight)), weight) < error(to_nearest(weight, 15), weight) / 14


@pytest.mark.parametrize("most", [15, 9, 3])
def test_what_lies_on_a_grid_of_four_bits_stays(most: int) -> None:
    torch.manual_seed(4)
    q = torch.randint(0, most + 1, (64, 8, GROUP))
    scale, zero = torch.rand(2, 64, 8, 1).bfloat16().float()
    weight = ((q - 8) * (scale + 0.25).bfloat16().float() + zero).view(64, -1)
    again = values_of(fit4(weight))
    assert error(again, weight) < 2e-3 * float(weight.std())  # a zero at another q is rounded anew
    torch.testing.assert_close(values_of(fit4(again)), again, rtol=0, atol=2e-3 * float(weight.std()))


def test_four_bits_given_twice_are_the_same() -> None:
    once = values_of(fit4(weights("normal")))
    assert torch.equal(values_of(fit4(once)), once)


def test_values_of_q8_0_stay() -> None:
    torch.manual_seed(5)
    q = torch.randint(-127, 128, (64, 8, GROUP))
    q[..., 0] = 127  # Q8_0 divides the largest magnitude by 127
    scale = (torch.rand(64, 8, 1) + 0.1).bfloat16().float()
    weight = (q * scale).view(64, -1)
    assert torch.equal(values_of(fit8(weight)), weight)


def test_constant_and_empty_groups() -> None:
    weight = torch.zeros(64, 64)
    weight[1], weight[2, :GROUP] = 0.5, -3.0
    assert torch.equal(values_of(fit4(weight)), weight)
    torch.testing.assert_close(values_of(fit8(weight)), weight, rtol=2**-8, atol=0)


def test_parts_of_a_large_matrix_come_out_in_their_place() -> None:
    torch.manual_seed(6)
    weight = torch.randn(640, 512).bfloat16()
    done: list[float] = []
    whole = fit4(weight, done.append)
    assert len(done) > 1
    assert done[-1] == 1.0
    for part, alone in zip(whole, fit4(weight[300:310]), strict=True):
        assert torch.equal(part[300:310], alone)


def test_a_report_that_raises_stops() -> None:
    def stop(done: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit8(weights("normal"), stop)


@needs_kernel
def test_planes_hold_the_fitted_values() -> None:
    weight = weights("off centre")
    torch.testing.assert_close(dense_of(quantize4(weight)), values_of(fit4(weight)), rtol=0, atol=2e-4)
    high, low = quantize8(weight)
    torch.testing.assert_close(dense_of(high) + dense_of(low), values_of(fit8(weight)), rtol=0, atol=3e-4)
