import { positionEntity } from "./positions.ts";
import { RestRefusal } from "./rest-reply.ts";
import type { RestContext, RestRoute } from "./rest-route.ts";

function readPositions({ account }: RestContext): readonly object[] {
  return account.positions.map(positionEntity);
}

/** By symbol, with or without a pair's slash, or by the asset's id. */
function readPosition({ account, params }: RestContext): object {
  const wanted = params["symbol"] ?? "";
  const symbol = wanted.toUpperCase().replace("/", "");
  const position = account.positions.find(
    (one) => one.symbol === symbol || one.assetId === wanted.toLowerCase(),
  );
  if (!position) throw new RestRefusal(404, "position does not exist", 40410000);
  return positionEntity(position);
}

/** Positions, to be read (positions reference, January 2026). @internal */
export const POSITION_ROUTES: readonly RestRoute[] = [
  { path: "/v2/positions", host: "trading", handle: readPositions },
  { path: "/v2/positions/:symbol", host: "trading", handle: readPosition },
];
