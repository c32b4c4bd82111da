import { assetOf, listedAssets } from "./assets.ts";
import { decimalText } from "./decimal.ts";
import { stableUuid } from "./identifiers.ts";
import { dayText, newYorkDay } from "./new-york.ts";
import { marketValueOf } from "./positions.ts";
import { RestRefusal } from "./rest-reply.ts";
import type { RestContext, RestRoute } from "./rest-route.ts";

const CASH = 100_000;
const MARGIN_MULTIPLIER = 2;
const INITIAL_MARGIN = 0.5;
const MAINTENANCE_MARGIN = 0.3;

/** The account's cash and what its positions are worth now; margins as Regulation T asks for them. */
function readAccount({ market, options, account }: RestContext): object {
  const { positions } = account;
  const values = positions.map(marketValueOf);
  const sumOf = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
  const long = sumOf(values.filter((value) => value > 0));
  const short = sumOf(values.filter((value) => value < 0));
  const gross = long - short;
  const equity = decimalText(CASH + long + short);
  const lastPositions = positions.map(({ qty, lastDayPrice }) => qty * lastDayPrice);
  const initialMargin = gross * INITIAL_MARGIN;
  const free = Math.max(CASH + long + short - initialMargin, 0);
  const buyingPower = decimalText(free * MARGIN_MULTIPLIER);
  const today = newYorkDay(market.nowSeconds());
  return {
    id: stableUuid(options.seed, "account"),
    admin_configurations: {},
    user_configurations: null,
    account_number: `PA${stableUuid(options.seed, "account number").slice(0, 8).toUpperCase()}`,
    status: "ACTIVE",
    crypto_status: "ACTIVE",
    currency: "USD",
    buying_power: buyingPower,
    regt_buying_power: buyingPower,
    options_buying_power: decimalText(free),
    effective_buying_power: buyingPower,
    non_marginable_buying_power: decimalText(Math.min(free, CASH)),
    cash: decimalText(CASH),
    accrued_fees: "0",
    pending_transfer_in: "0",
    portfolio_value: equity,
    trading_blocked: false,
    transfers_blocked: false,
    account_blocked: false,
    created_at: "2023-01-01T18:20:20.272275Z",
    trade_suspended_by_user: false,
    multiplier: String(MARGIN_MULTIPLIER),
    shorting_enabled: true,
    equity,
    last_equity: decimalText(CASH + sumOf(lastPositions)),
    long_market_value: decimalText(long),
    short_market_value: decimalText(short),
    position_market_value: decimalText(gross),
    initial_margin: decimalText(initialMargin),
    maintenance_margin: decimalText(gross * MAINTENANCE_MARGIN),
    last_maintenance_margin: decimalText(sumOf(lastPositions.map(Math.abs)) * MAINTENANCE_MARGIN),
    sma: decimalText(CASH),
    balance_asof: dayText(today - 1),
    crypto_tier: 1,
    options_approved_level: 2,
    options_trading_level: 2,
    intraday_adjustments: "0",
    pending_reg_taf_fees: "0",
  };
}

function readAsset({ market, options, params }: RestContext): object {
  const wanted = params["symbol"] ?? "";
  const asset =
    assetOf(market, wanted.toUpperCase(), options.notShortable) ??
    listedAssets(market, options.notShortable).find(({ id }) => id === wanted.toLowerCase());
  if (!asset) throw new RestRefusal(404, `asset not found for ${wanted}`, 40410000);
  return asset;
}

function readAssets({ market, options, query }: RestContext): readonly object[] {
  const assetClass = query.get("asset_class") ?? "us_equity";
  const status = query.get("status");
  const exchange = query.get("exchange");
  const attributes = query.get("attributes")?.split(",");
  return listedAssets(market, options.notShortable).filter(
    (asset) =>
      asset.class === assetClass &&
      (status === null || asset.status === status) &&
      (exchange === null || asset.exchange === exchange) &&
      (attributes?.some((attribute) => asset.attributes.includes(attribute)) ?? true),
  );
}

/** Nothing has ever been booked that is told here. */
function readActivities(): readonly object[] {
  return [];
}

/** Account and assets (trading reference, January 2026). @internal */
export const ACCOUNT_ROUTES: readonly RestRoute[] = [
  { path: "/v2/account", host: "trading", handle: readAccount },
  { path: "/v2/account/activities", host: "trading", handle: readActivities },
  { path: "/v2/account/activities/:type", host: "trading", handle: readActivities },
  { path: "/v2/assets", host: "trading", handle: readAssets },
  { path: "/v2/assets/:symbol", host: "trading", handle: readAsset },
];
