export type {
  WireBar,
  WireCancel,
  WireCorrection,
  WireData,
  WireImbalance,
  WireLevel,
  WireLuld,
  WireNews,
  WireOrderBook,
  WirePricing,
  WireQuote,
  WireStatus,
  WireTrade,
} from "../venues/alpaca/wire.ts";
export type {
  CloseFault,
  CutFault,
  Fault,
  FaultTarget,
  GarbageFrameFault,
  GhostFault,
  HalfOpenFault,
  HandshakeStatusFault,
  KeylessAckFault,
  LateAckFault,
  MuteFault,
  NoAckFault,
  NoAuthReplyFault,
  NoWelcomeFault,
  OccasionFault,
  OccasionFaultSchedule,
  PartialAckFault,
  RejectAuthFault,
  RejectSubscribeFault,
  SessionFault,
  SessionFaultSchedule,
  SlowClientFault,
  SlowDripFault,
  StallHandshakeFault,
  TruncatedFrameFault,
} from "./fault.ts";
export type {
  ConnectionEnd,
  HttpBodyFault,
  HttpErrorFault,
  HttpFault,
  HttpFaultSchedule,
  HttpIdleDropFault,
  HttpKeepAliveCloseFault,
  HttpMethod,
  HttpPageFault,
  HttpRequestFault,
  HttpResetFault,
  HttpStallFault,
} from "./http-fault.ts";
export type { LatencyPercentiles, SimulatorLatency } from "./latency.ts";
export { SIMULATOR_LOAD_DEFAULTS, type SimulatorLoad } from "./load.ts";
export type {
  SimulatedLoad,
  SimulatedLoadChannels,
  SimulatedLoadStream,
} from "./load-state.ts";
export type { SimulatorCredentials, SimulatorOptions } from "./options.ts";
export { SIMULATOR_PLAN_DEFAULTS, type SimulatorPlan } from "./plan.ts";
export { type Simulator, startSimulator } from "./simulator.ts";
export type {
  SimulatedGhost,
  SimulatedRate,
  SimulatedSession,
  SimulatedWrite,
  SimulatorState,
} from "./simulator-state.ts";
export { type RemoteSimulator, startSimulatorWorker } from "./simulator-worker.ts";
export type { TapeBar, TapeBetween, TapeQuery, TapeSymbol, TapeTrade } from "./tape-between.ts";
