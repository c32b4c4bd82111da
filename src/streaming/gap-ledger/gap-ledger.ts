import type { Clock } from "../../core/clock.ts";
import type { ChannelSymbols } from "../../core/errors.ts";
import type { HoldfastError } from "../../core/holdfast-error.ts";
import type { Gap, GapCause, GapRange, GapReason, GapStatus } from "../../model/gap.ts";
import type { MarketData } from "../../model/market-data.ts";
import {
  compareTimes,
  shiftTime,
  timeOfMilliseconds,
  toMilliseconds,
  type VenueTime,
} from "../../model/venue-time.ts";
import type { HistorySource } from "../../ports/history-source.ts";
import type { SeenMarks } from "../../ports/market-stream.ts";
import { EVERY_SYMBOL } from "../router.ts";
import type { SymbolTable } from "../symbol-table.ts";
import { ChannelLedger } from "./channel-ledger.ts";
import type { Mark } from "./channel-marks.ts";
import type { BackfillOptions, ChannelRules, GapPolicy } from "./channel-rules.ts";
import { GapGroups } from "./gap-groups.ts";
import { type LedgerReport, reportOf } from "./ledger-report.ts";
import { identityOf, LATE_MS, mergeHistory } from "./merge-history.ts";
import { Outage, type OutageCare, type OutageOptions } from "./outage.ts";
import { COMPLETE, type OpenGap, type TrackedSymbol } from "./tracked-symbol.ts";

/** What the ledger works with. */
export interface GapLedgerOptions {
  readonly clock: Clock;
  readonly symbols: SymbolTable;
  /** The channels that are kept account of. */
  readonly channels: Readonly<Record<string, ChannelRules>>;
  readonly backfill: Required<BackfillOptions>;
  /** Where to ask for what was missed; without one everything missed stays lost, and is told. */
  readonly source: HistorySource | undefined;
  /** Brings a message to its consumers, in its turn. */
  deliver(message: MarketData, symbolId: number): void;
  tell(gap: Gap): void;
  report(error: HoldfastError): void;
}

/** Where one symbol was on another connection. */
interface Handover {
  readonly recent: readonly Mark[];
  readonly forgotten: VenueTime | undefined;
  readonly gap: OpenGap;
}

/** How the gap of a symbol ended. */
interface GapEnd {
  readonly status: GapStatus;
  readonly reason?: GapReason;
  /** The first moment that is whole again; when it was granted again, unless given. */
  readonly to?: VenueTime;
  /** Whatever waited, and what was found, in order. */
  readonly messages?: readonly MarketData[];
  readonly recovered?: number;
}

/** A symbol may have been silent for long, but not its channel: nothing older than this was missed. */
const OVERLAP_MS = 5_000;
/** How long history may be ahead of the stream, in milliseconds. */
const GUARD_MS = 30_000;
const MOST_LOST_RANGES = 1_000;

/**
 * Keeps account of every subscribed symbol of a connection: what it brought last, what was missed, and
 * what became of that. No message overtakes its symbol's gap: it waits until history has been asked,
 * is delivered after what history had, and never twice.
 */
export class GapLedger {
  readonly #options: GapLedgerOptions;
  readonly #channels = new Map<string, ChannelLedger>();
  readonly #policies = new Map<string, Map<string, GapPolicy>>();
  readonly #handovers = new Map<string, Map<string, Handover>>();
  readonly #outages = new Set<Outage>();
  #heldCount = 0;

  constructor(options: GapLedgerOptions) {
    this.#options = options;
    for (const [name, rules] of Object.entries(options.channels)) {
      const channel: ChannelLedger = new ChannelLedger(name, rules, options.symbols, {
        held: () => this.#wasHeld(name),
        resumed: (tracked, message) => this.#resumed(channel, tracked, message),
      });
      this.#channels.set(name, channel);
    }
  }

  /** Where the messages of a channel are admitted; `undefined` for one of which no account is kept. */
  channel(name: string): ChannelLedger | undefined {
    return this.#channels.get(name);
  }

  /** What every channel and symbol has been through so far. */
  report(): LedgerReport {
    return reportOf(this.#channels.values(), this.#options.clock.nowMs());
  }

  /** What is done about these from now on. */
  setPolicy(selection: ChannelSymbols, policy: GapPolicy): void {
    for (const [name, symbols] of Object.entries(selection)) {
      const policies = this.#policies.get(name) ?? new Map<string, GapPolicy>();
      for (const symbol of symbols) policies.set(symbol, policy);
      this.#policies.set(name, policies);
    }
  }

  /** Another connection had these until there: what came since counts as missed. */
  takeOver(marks: SeenMarks): void {
    for (const [name, bySymbol] of marks) {
      const handovers = this.#handovers.get(name) ?? new Map<string, Handover>();
      const tracked = this.#channels.get(name)?.tracked;
      for (const [symbol, mark] of bySymbol) {
        if (!tracked?.has(symbol)) handovers.set(symbol, mark as Handover);
      }
      this.#handovers.set(name, handovers);
    }
  }

  /** Where these are now, for another connection. */
  marks(selection: ChannelSymbols): SeenMarks {
    const marks = new Map<string, Map<string, Handover>>();
    for (const [name, symbols] of Object.entries(selection)) {
      const channel = this.#channels.get(name);
      const bySymbol = new Map<string, Handover>();
      for (const symbol of symbols) {
        const tracked = channel?.tracked.get(symbol);
        if (channel && tracked) bySymbol.set(symbol, this.#handover(channel, tracked));
      }
      marks.set(name, bySymbol);
    }
    return marks;
  }

  /**
   * The venue says what is subscribed now.
   * @param desired - what is wanted; what was away and is no longer wanted is given up
   */
  granted(state: ChannelSymbols, desired: ChannelSymbols): void {
    for (const channel of this.#channels.values()) {
      const held = new Set(state[channel.name]);
      const wanted = new Set(desired[channel.name]);
      for (const symbol of held) this.#begin(channel, symbol);
      this.#dropHandovers(channel.name, wanted);
      const again: TrackedSymbol[] = [];
      const groups = new GapGroups(channel.name);
      for (const tracked of [...channel.tracked.values()]) {
        const { symbol, coverage } = tracked;
        if (held.has(symbol) || held.has(EVERY_SYMBOL)) {
          if (coverage.kind === "away") again.push(tracked);
          continue;
        }
        const isAwaited = wanted.has(symbol) || wanted.has(EVERY_SYMBOL);
        if (coverage.kind === "away" && isAwaited) continue;
        this.#end(channel, tracked, groups, { status: "lost", reason: "unsubscribed" });
        channel.untrack(tracked);
      }
      this.#tell(groups);
      if (again.length > 0) this.#attend(channel, again);
    }
  }

  /** The connection is gone: from now on everything subscribed is missed. */
  lost(cause: GapCause): void {
    for (const channel of this.#channels.values()) {
      this.#trackUnderStar(channel);
      const groups = new GapGroups(channel.name);
      for (const tracked of channel.tracked.values()) {
        const { coverage } = tracked;
        if (coverage.kind === "away" && this.#endHeld(channel, tracked, groups, cause)) continue;
        tracked.unbroken = tracked.held.length;
        if (coverage.kind === "away") continue;
        // What is not settled stays missed since it was, and what waits goes on waiting.
        const gap = "gap" in coverage ? coverage.gap : this.#gapNow(channel, tracked, cause);
        this.#goAway(channel, tracked, gap);
      }
      this.#tell(groups);
    }
    this.#stopOutages();
  }

  /**
   * The connection brought something and was lost before it acknowledged: that ends a gap which nobody
   * repairs, and begins another. Whether it did.
   */
  #endHeld(
    channel: ChannelLedger,
    tracked: TrackedSymbol,
    groups: GapGroups,
    cause: GapCause,
  ): boolean {
    const { coverage, held } = tracked;
    if (coverage.kind !== "away" || held.length === 0) return false;
    const found = this.#careFor(channel, tracked, coverage.gap);
    if (found === "ignore" || found.care !== "watch") return false;
    this.#end(channel, tracked, groups, { status: "lost", reason: found.reason });
    this.#goAway(channel, tracked, this.#gapNow(channel, tracked, cause));
    return true;
  }

  /** Something came that nobody can read: whatever is subscribed may have been in it. */
  suspect(cause: GapCause): void {
    for (const outage of this.#outages) outage.disturb();
    for (const channel of this.#channels.values()) {
      this.#trackUnderStar(channel);
      const groups = new GapGroups(channel.name);
      for (const tracked of channel.tracked.values()) {
        if (!this.#endHeld(channel, tracked, groups, cause)) this.#reopen(tracked);
      }
      this.#tell(groups);
      const suspected = [...channel.tracked.values()].filter(
        ({ coverage }) => coverage.kind === "complete",
      );
      for (const tracked of suspected) {
        this.#goAway(channel, tracked, this.#gapNow(channel, tracked, cause));
      }
      if (suspected.length > 0) this.#attend(channel, suspected);
    }
  }

  /** What was lost has been found after all, by somebody who asked later. */
  found(gap: Gap): void {
    for (const [symbol, range] of gap.ranges) {
      const tracked = this.#channels.get(gap.channel)?.tracked.get(symbol);
      if (!tracked) continue;
      const at = tracked.lostRanges.findIndex((lost) => isWithin(lost, range));
      if (at < 0) continue;
      const [found] = tracked.lostRanges.splice(at, 1);
      const countedMs = found?.countedMs ?? 0;
      tracked.account.gapsLost--;
      tracked.account.gapsRepaired++;
      tracked.account.lostMs -= countedMs;
      tracked.account.repairedMs += countedMs;
    }
  }

  /** The stream ends: what waits is delivered, and what is missing is told. */
  close(): void {
    for (const channel of this.#channels.values()) {
      const groups = new GapGroups(channel.name);
      for (const tracked of [...channel.tracked.values()]) {
        this.#end(channel, tracked, groups, { status: "lost", reason: "closed" });
        channel.untrack(tracked);
      }
      this.#tell(groups);
    }
    this.#stopOutages();
    this.#handovers.clear();
  }

  /** What they have settled is told; what they have not is somebody else's now. */
  #stopOutages(): void {
    for (const outage of [...this.#outages]) {
      outage.pending.clear();
      outage.stop("stopped");
    }
  }

  #begin(channel: ChannelLedger, symbol: string): void {
    if (channel.tracked.has(symbol)) return;
    const tracked = channel.track(symbol, this.#nowMs());
    const handover = this.#handovers.get(channel.name)?.get(symbol);
    if (!handover) return;
    this.#handovers.get(channel.name)?.delete(symbol);
    channel.marks.adopt(tracked.id, handover.recent, handover.forgotten);
    this.#goAway(channel, tracked, handover.gap);
  }

  /** A later subscription is not the one that was to take over. */
  #dropHandovers(channel: string, wanted: ReadonlySet<string>): void {
    const handovers = this.#handovers.get(channel);
    if (!handovers) return;
    for (const symbol of [...handovers.keys()]) {
      if (!wanted.has(symbol)) handovers.delete(symbol);
    }
  }

  #handover(channel: ChannelLedger, tracked: TrackedSymbol): Handover {
    const { coverage, id } = tracked;
    const gap = "gap" in coverage ? coverage.gap : this.#gapNow(channel, tracked, "handover");
    const { marks } = channel;
    return { recent: marks.recent(id), forgotten: marks.forgotten(id), gap };
  }

  /** Under `*` the symbols are those that have brought something. */
  #trackUnderStar(channel: ChannelLedger): void {
    const star = channel.tracked.get(EVERY_SYMBOL);
    if (!star) return;
    for (const id of channel.marks.seenIds()) {
      channel.track(this.#options.symbols.nameOf(id), star.sinceMs);
    }
  }

  #gapNow(channel: ChannelLedger, tracked: TrackedSymbol, cause: GapCause): OpenGap {
    const { marks, rules } = channel;
    const since = timeOfMilliseconds(tracked.sinceMs - rules.spanMs);
    const { newest } = marks;
    const alive = newest ? shiftTime(newest, -OVERLAP_MS - rules.spanMs) : since;
    const [first] = marks.recent(tracked.id);
    const last = marks.last(tracked.id);
    // Our own clock counts only where the venue's cannot be had: the two may differ.
    const from = last ?? later(since, alive);
    const askFrom = first && last ? [shiftTime(last, -LATE_MS), alive].reduce(later, first) : from;
    return { cause, from, askFrom, openedMs: this.#nowMs(), grantedMs: undefined };
  }

  /** Something more was missed before what was missed already is settled. */
  #reopen(tracked: TrackedSymbol): void {
    const { coverage } = tracked;
    tracked.unbroken = tracked.held.length;
    if (!("outage" in coverage)) return;
    tracked.coverage = { ...coverage, gap: { ...coverage.gap, grantedMs: this.#nowMs() } };
  }

  #goAway(channel: ChannelLedger, tracked: TrackedSymbol, gap: OpenGap): void {
    tracked.coverage = { kind: "away", gap: { ...gap, grantedMs: undefined } };
    tracked.unconfirmed = undefined;
    channel.refresh(tracked);
  }

  /** These are subscribed again after something was missed. */
  #attend(channel: ChannelLedger, again: readonly TrackedSymbol[]): void {
    const groups = new GapGroups(channel.name);
    const cares = new Map<string, { care: OutageCare; reason: GapReason; list: TrackedSymbol[] }>();
    for (const tracked of again) {
      if (tracked.coverage.kind !== "away") continue;
      const gap = { ...tracked.coverage.gap, grantedMs: this.#nowMs() };
      tracked.coverage = { kind: "away", gap };
      const found = this.#careFor(channel, tracked, gap);
      if (found === "ignore") this.#settle(channel, tracked, tracked.held);
      else if (tracked.symbol === EVERY_SYMBOL) {
        this.#end(channel, tracked, groups, { status: "lost", reason: "unseen-symbols" });
      } else {
        const { care, reason } = found;
        const alike = cares.get(care + reason) ?? { care, reason, list: [] };
        alike.list.push(tracked);
        cares.set(care + reason, alike);
      }
    }
    this.#tell(groups);
    for (const { care, reason, list } of cares.values()) this.#start(channel, care, reason, list);
  }

  #careFor(
    channel: ChannelLedger,
    tracked: TrackedSymbol,
    gap: OpenGap,
  ): "ignore" | { readonly care: OutageCare; readonly reason: GapReason } {
    const { source, backfill } = this.#options;
    const policies = this.#policies.get(channel.name);
    const policy = policies?.get(tracked.symbol) ?? policies?.get(EVERY_SYMBOL) ?? backfill.policy;
    if (policy === "ignore") return "ignore";
    if (policy === "report") return { care: "watch", reason: "reported-only" };
    const coverage = source?.coverage(channel.name) ?? "none";
    if (coverage === "none" || tracked.id < 0) return { care: "watch", reason: "no-history" };
    if (coverage === "latest") return { care: "reseed", reason: "history-failed" };
    if (coverage === "snapshot") return { care: "await", reason: "deadline" };
    const isTooLong = this.#nowMs() - gap.openedMs > backfill.maxOutageMs;
    if (isTooLong) return { care: "watch", reason: "outage-too-long" };
    return { care: "repair", reason: "history-failed" };
  }

  #start(
    channel: ChannelLedger,
    care: OutageCare,
    reason: GapReason,
    list: readonly TrackedSymbol[],
  ): void {
    const { source, clock, backfill, report } = this.#options;
    const options: OutageOptions = {
      channel: channel.name,
      care,
      reason,
      source,
      clock,
      backfill,
      found: (outage, tracked, history) => this.#found(channel, tracked, outage, history),
      latest: (outage, tracked, message) => this.#reseeded(channel, tracked, outage, message),
      left: (outage, tracked, why) => {
        for (const one of tracked) {
          this.#end(channel, one, outage.groups, { status: "lost", reason: why });
        }
      },
      ended: (outage) => {
        this.#outages.delete(outage);
        this.#tell(outage.groups);
      },
      report,
    };
    // Whoever was told of a gap just now may have closed the stream.
    const away = list.filter(({ coverage }) => coverage.kind === "away");
    if (away.length === 0) return;
    const outage = new Outage(away, options);
    for (const tracked of away) {
      if (tracked.coverage.kind !== "away") continue;
      tracked.coverage = { kind: care, gap: tracked.coverage.gap, outage };
      channel.refresh(tracked);
    }
    this.#outages.add(outage);
    void outage.run();
    // What came before the acknowledgement ends a gap that nobody repairs.
    if (care !== "repair") this.#passOn(channel, away);
  }

  #passOn(channel: ChannelLedger, list: readonly TrackedSymbol[]): void {
    for (const tracked of list) {
      const first = tracked.held[tracked.unbroken];
      if (first) this.#resumed(channel, tracked, first);
    }
  }

  /** History of a symbol has come. False when it does not reach the present yet. */
  #found(
    channel: ChannelLedger,
    tracked: TrackedSymbol,
    outage: Outage,
    history: readonly MarketData[],
  ): boolean {
    const { coverage } = tracked;
    if (coverage.kind !== "repair") return true;
    const { marks } = channel;
    const before = {
      recent: marks.recent(tracked.id),
      forgotten: marks.forgotten(tracked.id),
      from: coverage.gap.askFrom,
    };
    const merged = mergeHistory(history, tracked.held, before, channel.keyOf, tracked.unbroken);
    if (!merged.reachesPresent) return false;
    const { messages, recovered } = merged;
    this.#guard(channel, tracked, recovered);
    this.#end(channel, tracked, outage.groups, {
      status: "repaired",
      messages,
      recovered: recovered.length,
    });
    return true;
  }

  /** Keeps what the stream may bring again: not what is older than the stream can be behind. */
  #guard(channel: ChannelLedger, tracked: TrackedSymbol, recovered: readonly MarketData[]): void {
    const nowMs = this.#nowMs();
    const guarded = new Map([...(tracked.guarded ?? [])].filter(([, untilMs]) => untilMs >= nowMs));
    const newest = recovered.at(-1);
    const oldest = newest && shiftTime(newest, -GUARD_MS);
    for (const message of recovered) {
      if (oldest && compareTimes(message, oldest) < 0) continue;
      guarded.set(identityOf(message, channel.keyOf(message)), nowMs + GUARD_MS);
    }
    tracked.guarded = guarded.size > 0 ? guarded : undefined;
    tracked.guardedUntilMs = nowMs + GUARD_MS;
  }

  #reseeded(
    channel: ChannelLedger,
    tracked: TrackedSymbol,
    outage: Outage,
    message: MarketData | undefined,
  ): void {
    if (tracked.coverage.kind !== "reseed") return;
    const last = channel.marks.last(tracked.id);
    const age = message && last ? compareTimes(message, last) : 1;
    // The day so far keeps its time and changes all the same.
    const isNews = message && (age > 0 || (age === 0 && channel.keyOf(message) !== last?.key));
    const messages = isNews ? [message] : [];
    this.#end(channel, tracked, outage.groups, {
      status: "reseeded",
      messages,
      recovered: messages.length,
    });
  }

  /** The first live message after a gap for which nothing is held back. */
  #resumed(channel: ChannelLedger, tracked: TrackedSymbol, message: MarketData): void {
    const { coverage } = tracked;
    if (coverage.kind === "complete") this.#confirm(channel, tracked, message);
    if (coverage.kind === "complete" || coverage.kind === "away") return;
    const { outage, gap } = coverage;
    // A late print says nothing about how far what was missed goes.
    if (coverage.kind === "watch" && compareTimes(message, gap.from) <= 0) return;
    // Changes to a book that was missed in part make no whole one.
    if (coverage.kind === "await" && message.type === "orderBook" && !message.snapshot) return;
    outage.pending.delete(tracked.symbol);
    this.#end(
      channel,
      tracked,
      outage.groups,
      coverage.kind === "watch"
        ? { status: "lost", reason: outage.reason, to: message }
        : { status: "reseeded", to: message },
    );
  }

  /** What is lost ended before this message, whatever our clock had said. */
  #confirm(channel: ChannelLedger, tracked: TrackedSymbol, message: MarketData): void {
    const { unconfirmed, account, lostRanges } = tracked;
    if (!unconfirmed || compareTimes(message, unconfirmed.from) <= 0) return;
    tracked.unconfirmed = undefined;
    channel.refresh(tracked);
    const { seconds, nanos } = message;
    const range = { from: unconfirmed.from, to: { seconds, nanos } };
    const at = lostRanges.indexOf(unconfirmed);
    if (at < 0 || compareTimes(unconfirmed.to, range.to) <= 0) return;
    const tooMuchMs = toMilliseconds(unconfirmed.to) - toMilliseconds(range.to);
    const countedMs = Math.max(0, unconfirmed.countedMs - tooMuchMs);
    account.lostMs -= unconfirmed.countedMs - countedMs;
    lostRanges[at] = { ...range, countedMs };
  }

  #wasHeld(name: string): void {
    if (++this.#heldCount <= this.#options.backfill.maxHeldMessages) return;
    for (const outage of this.#outages) {
      if (outage.options.channel === name) outage.stop("too-much-waiting");
    }
    const channel = this.#channels.get(name);
    if (!channel) return;
    const groups = new GapGroups(name);
    for (const tracked of channel.tracked.values()) {
      const { coverage } = tracked;
      if (coverage.kind !== "away" || tracked.held.length === 0) continue;
      this.#end(channel, tracked, groups, { status: "lost", reason: "too-much-waiting" });
      // It is not granted yet, so that what comes next may be missed as well.
      this.#goAway(channel, tracked, this.#gapNow(channel, tracked, coverage.gap.cause));
    }
    this.#tell(groups);
  }

  /** A symbol's gap is over, one way or the other; a symbol without one is left as it is. */
  #end(channel: ChannelLedger, tracked: TrackedSymbol, groups: GapGroups, end: GapEnd): void {
    const { coverage, account, held } = tracked;
    if (coverage.kind === "complete") return;
    const { gap } = coverage;
    const present = held
      .slice(tracked.unbroken)
      .find((message) => compareTimes(message, gap.from) > 0);
    // A clock of whole milliseconds was at most one behind; and the bar of a minute that is not over
    // was not missed.
    const grantedMs = (gap.grantedMs ?? this.#nowMs()) + 1;
    const granted = timeOfMilliseconds(grantedMs - channel.rules.spanMs);
    const range = { from: gap.from, to: later(gap.from, end.to ?? present ?? granted) };
    const missedMs = this.#count(tracked, gap, range);
    const { status, reason, recovered = 0, messages = held } = end;
    if (status === "lost") {
      account.gapsLost++;
      account.lostMs += missedMs;
      const lost = { ...range, countedMs: missedMs };
      tracked.lostRanges.push(lost);
      if (!end.to && !present) tracked.unconfirmed = lost;
      if (tracked.lostRanges.length > MOST_LOST_RANGES) tracked.lostRanges.shift();
    } else {
      account.repairedMs += missedMs;
      account.recovered += recovered;
      if (status === "repaired") account.gapsRepaired++;
      else account.gapsReseeded++;
    }
    groups.add(tracked.symbol, range, { status, cause: gap.cause, reason, recovered });
    this.#settle(channel, tracked, messages);
  }

  /** Nothing is open any more; what waited goes out, in order. */
  #settle(channel: ChannelLedger, tracked: TrackedSymbol, messages: readonly MarketData[]): void {
    this.#heldCount -= tracked.held.length;
    tracked.held = [];
    tracked.unbroken = 0;
    tracked.coverage = COMPLETE;
    channel.refresh(tracked);
    // All are noted first: whoever gets the first of them may close the stream.
    for (const message of messages) channel.note(message, tracked.id);
    for (const message of messages) this.#options.deliver(message, tracked.id);
  }

  /** How much of a range was not counted before. Where history was not asked, nothing was missed. */
  #count(tracked: TrackedSymbol, gap: OpenGap, { from, to }: GapRange): number {
    const start = toMilliseconds(later(from, gap.askFrom));
    const end = toMilliseconds(to);
    const countedMs = Math.max(0, end - Math.max(start, tracked.countedToMs));
    tracked.countedToMs = Math.max(tracked.countedToMs, end);
    return countedMs;
  }

  #tell(groups: GapGroups): void {
    for (const gap of groups.take()) this.#options.tell(gap);
  }

  #nowMs(): number {
    return this.#options.clock.nowMs();
  }
}

/** What was told may have proved smaller since. */
function isWithin(lost: GapRange, told: GapRange): boolean {
  return compareTimes(lost.from, told.from) === 0 && compareTimes(lost.to, told.to) <= 0;
}

function later(a: VenueTime, b: VenueTime): VenueTime {
  return compareTimes(a, b) < 0 ? b : a;
}
