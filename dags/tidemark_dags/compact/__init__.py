"""Makes what lies behind the horizon of reconciliation small, without changing what anybody reads."""
