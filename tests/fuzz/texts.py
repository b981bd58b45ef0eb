"""What is put into cells, lines and keys: numbers, names, units and texts that a reader may trip over."""

from __future__ import annotations

NUMBERS = (
    "0", "-0", "-1", "1", "1e400", "-1e400", "1e300", "1e-300", "1e-310", "9" * 400, "9" * 5000, "1e9", "1e-9", "1e12", "1e-12", "1e6", "1e5",
    "0.999999999", "0.99", "0.5", "100", "7", "1,5", "1.234.567,8", "1'000", "0x10", "1_000", "nan", "inf", "-Infinity", "1e", "--1", "+1", "1.", ".5",
    "١٢٣", "½", "1e5000000000", "2030", "12345678901234567890", "NULL", "#N/A", "1 000",
)  # fmt: skip
TEXTS = (
    "", " ", "x", "=CMD|'/C calc'!A1", '=HYPERLINK("http://example.org";"x")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "a\x00b", "\x1b[31mred\x1b[0m", "\x07",
    "a\nb", "a\r\nb", '"', '""', '"a', "'a'", "é", "名前", "\u202egnp", "\ufeff", "\u2028", "../../etc/passwd", "/etc/passwd", "a" * 200, "b" * 9_999,
    "c" * 20_000, "{}", "[]", "%s%n", "${HOME}", "$(id)", "`id`", "<script>alert(1)</script>", "; drop table", "moon moon moon", "earth/light", "/", "//",
    "light/dark", "None", "true", "*", "*0.5", "*-1", "*nan", "#", "# a comment", "\\", "\\u0000", "existing", "horizon", "__import__('os')",
)  # fmt: skip
UNITS = (
    "", "1", "kW", "USD", "USD/kW", "USD1950/kW", "GUSD/GW", "1/0", "0", "m**9", "((((m**9)**9)**9)**9)", "1e9**9", "1e-300", "kg/kg", "(", ")", "kW kW",
    "a/b/c", "%", "ppb", "°C", "m-", "-m", "/yr", "yr", "h", "1e308 kW", "x" * 101, "USD9999", "nm2",
)  # fmt: skip
TOML_VALUES = (
    "1", "-1", "0", "1.5", "inf", "-inf", "nan", "true", '""', '"x"', "[]", "[1]", '["x", 1, [2]]', "{}", "{a = 1}", "1979-05-27", "1979-05-27T07:32:00Z",
    "07:32:00", "9" * 30, "9" * 5000, "0x7fffffffffffffff", "1e400", '"\\u0000"', '"\\u001b[31m"', "'''\nlong\n'''", "[" * 300 + "]" * 300, "[" * 5000,
    "2030", "[2030, 2031, 2032]", "[2032, 2031]", "[2030, 2030]", "[1900, 2500]", "10_000_000", '["complex"]', '["complex", "complex"]', '"2030"', "'='",
    '"../toy"', '"../.."', '"/etc"', '"."', '"\\ud800"', '"' + "e" * 300 + '"', "{a.b.c.d = {e = [1]}}", ".".join("a" * 400) + " = 1", "",
)  # fmt: skip
TOML_LINES = (
    "[horizon]", "[finance]", "[bodies]", "[bodies.earth]", "[bodies.'a b']", '[bodies."\\u001b"]', "[[bodies]]", "[units]", "[units]\nx = '1 kW'",
    "[units]\nGW = '1 W'", "[units]\na = '0 kW'", "[units]\nb = '1/0'", "[units]\nc = 'c'", "[set]", "[set]\n'power.gas.capex' = 1", "[new]", "extends = 'x'",
    "extends = '../toy'", "first = 2000", "last = 10_000_000", "step = 0", "step = 1", "years = []", "title = 1", "a.b.c = 1", "bodies = 3", "horizon = []",
    "finance = 'x'", "currency = 'EUR'", "base_year = 1900", "base_year = 2500", "price_year = 99999", "payments = 'never'", "capital = 'annuity'",
    "end_of_horizon = 'sinking_fund'", "end_of_horizon = 'none'", "x" * 3000, ".".join("a" * 3000) + " = 1", "'''", '"', "=", "[", "]", "\x00", "# é",
)  # fmt: skip
SETTINGS = (
    "power.gas.capex=1e400", "power.gas.capex=-1", "power.gas.capex*=1e300", "power.gas.capex*=0", "power.gas.capex+=nan", "=", "*=2", "a=b", "time.share=1",
    "compute.rack.capex=1 USD/kg", "compute.rack.capex[moon]@2031=3", "limits.earth_ceiling.upper=1e-3", "limits.earth_ceiling.upper=0", "limits.x.upper=1",
    "power.gas.capex=" + "9" * 5000, "power.gas.capex=1 " + "(" * 99, "compute.training.demand*=1e6", "compute.training.demand*=1e-6", "launch.rocket.price=0",
    "finance.discount_rate=1e9", "finance.discount_rate=-0.5", "finance.discount_rate=2", "compute.overhead[basin]=1e9", "helium3.rich.grade=1",
    "power.solar.availability[night]=1e-9", "storage.battery.loss=0.99", "storage.battery.efficiency_in=1e-9", "power.gas.lifetime=600", "../x=1", "\x1b=1",
    "compute.rack.growth=1e9", "compute.rack.annual_failure[moon]=0.99", "helium3.labs.price=1e9",
)  # fmt: skip
SCENARIOS = (
    "none", "", ".", "..", "../x", "../../etc/passwd", "a/b", "a" * 300, "orbit", "é", "\x1b", "fuzz", "fuzz\n", "con", "%00", "x.toml",
)  # fmt: skip
