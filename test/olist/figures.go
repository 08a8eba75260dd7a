package olist

import "math"

// null stands for NULL, notANumber for what dividing by nothing gives: neither is a figure of the files.
const null = -math.MaxFloat64

var notANumber = math.NaN()

// Figures are the answers, by the name of the query: the group's texts and the numbers behind them.
var Figures = map[string]func([]*Order) Groups{
	"revenue_by_month": revenueByMonth, "average_order_by_month": averageOrderByMonth, "basket_sizes": basketSizes,
	"revenue_by_category": revenueByCategory, "revenue_by_state": revenueByState, "top_cities": topCities,
	"top_products": topProducts, "top_sellers": topSellers, "sales_by_hour": salesByHour, "sales_by_weekday": salesByWeekday,
	"statuses": statuses, "funnel_by_month": funnelByMonth, "slow_steps": slowSteps,
	"payments_by_method": paymentsByMethod, "failed_payments": failedPayments, "installments": installments, "cash_by_month": cashByMonth,
	"late_deliveries": lateDeliveries, "days_late": daysLate, "returns_by_reason": returnsByReason, "return_rate_by_category": returnRateByCategory,
	"buyers_by_month": buyersByMonth, "cohorts": cohorts, "segments": segments, "unfinished_data": unfinishedData,
}
