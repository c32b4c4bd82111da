import { Faults } from "../../core/faults.ts";
import { isDay, type RestCallOptions } from "./rest-call.ts";

/** Which instruments are wanted; without a filter, every active stock. @public */
export interface RestAssetsRequest extends RestCallOptions {
  /** @defaultValue "active" */
  readonly status?: "active" | "inactive" | undefined;
  /** @defaultValue "us_equity" */
  readonly assetClass?: "us_equity" | "us_option" | "crypto" | (string & {}) | undefined;
  /** @defaultValue all exchanges */
  readonly exchange?: string | undefined;
  /** Those that have any of these, such as `fractional_eh_enabled`. */
  readonly attributes?: readonly string[] | undefined;
}

/** Which trading days are wanted. @public */
export interface RestCalendarRequest extends RestCallOptions {
  /**
   * `YYYY-MM-DD`, inclusive.
   * @defaultValue the first that the venue has
   */
  readonly start?: string | undefined;
  /**
   * `YYYY-MM-DD`, inclusive.
   * @defaultValue the last that the venue has
   */
  readonly end?: string | undefined;
}

/** The query of a request. @throws ConfigError naming everything that is wrong */
export function assetsQuery(request: RestAssetsRequest): Record<string, string | undefined> {
  const { status = "active", assetClass = "us_equity", exchange, attributes } = request;
  const faults = new Faults();
  faults.oneOf("status", status, ["active", "inactive"]);
  for (const [name, value] of Object.entries({ assetClass, exchange })) {
    faults.require(value === undefined || value.trim() !== "", `${name} must not be blank`);
  }
  faults.require(
    attributes?.every((attribute) => attribute.trim() !== "") ?? true,
    "an attribute must not be blank",
  );
  faults.throwIfAny();
  return { status, asset_class: assetClass, exchange, attributes: attributes?.join(",") };
}

/** The query of a request. @throws ConfigError naming everything that is wrong */
export function calendarQuery({
  start,
  end,
}: RestCalendarRequest): Record<string, string | undefined> {
  const faults = new Faults();
  for (const [name, day] of Object.entries({ start, end })) {
    faults.require(day === undefined || isDay(day), `${name} must be YYYY-MM-DD, not ${day}`);
  }
  faults.throwIfAny();
  return { start, end };
}
