"""What Superset writes into its own log table."""

from superset.utils.log import DBEventLogger

# With dashboards that refresh by themselves, these are every viewer's every chart every ten seconds.
CONSTANT = {"ChartDataRestApi.data", "ChartDataRestApi.get_data", "log", "dashboard.load_chart", "load_chart"}


class RareEvents(DBEventLogger):
    """Logs what people do, without what their open dashboards do by themselves."""

    def log(self, user_id, action, *args, **kwargs):
        if action not in CONSTANT:
            super().log(user_id, action, *args, **kwargs)
