import { badRequest } from "./rest-reply.ts";
import type { RestRoute } from "./rest-route.ts";

/** Exchange codes by the market data FAQ, January 2026. */
const EXCHANGES: Readonly<Record<string, string>> = {
  A: "NYSE American (AMEX)",
  B: "NASDAQ OMX BX",
  C: "National Stock Exchange",
  D: "FINRA ADF",
  E: "Market Independent",
  H: "MIAX",
  I: "International Securities Exchange",
  J: "Cboe EDGA",
  K: "Cboe EDGX",
  L: "Long Term Stock Exchange",
  M: "Chicago Stock Exchange",
  N: "New York Stock Exchange",
  P: "NYSE Arca",
  Q: "NASDAQ OMX",
  S: "NASDAQ Small Cap",
  T: "NASDAQ Int",
  U: "Members Exchange",
  V: "IEX",
  W: "CBOE",
  X: "NASDAQ OMX PSX",
  Y: "Cboe BYX",
  Z: "Cboe BZX",
};

const TRADE_CONDITIONS: Readonly<Record<string, string>> = {
  F: "Intermarket Sweep",
  I: "Odd Lot Trade",
};

const QUOTE_CONDITIONS: Readonly<Record<string, string>> = { R: "Regular, two-sided open" };

/** What the codes in trades and quotes mean, as far as the simulated tapes use them. @internal */
export const META_ROUTES: readonly RestRoute[] = [
  { path: "/v2/stocks/meta/exchanges", host: "data", takes: [], handle: () => EXCHANGES },
  {
    path: "/v2/stocks/meta/conditions/:tick",
    host: "data",
    takes: ["tape"],
    handle: ({ params, query }) => {
      const tape = query.get("tape");
      if (tape === null || !"ABC".includes(tape)) throw badRequest("tape must be A, B or C");
      if (params["tick"] === "quote") return QUOTE_CONDITIONS;
      if (params["tick"] !== "trade") throw badRequest("ticktype must be trade or quote");
      return { [tape === "C" ? "@" : " "]: "Regular Sale", ...TRADE_CONDITIONS };
    },
  },
];
