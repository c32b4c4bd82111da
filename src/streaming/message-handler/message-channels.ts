import { CHANNELS, type TypeByChannel, typeOfChannel } from "../channels.ts";

/** Those of the messages that come on a channel; all of them for `*`. @public */
export type MessageOn<Message extends { readonly type: string }, Channel> = Channel extends "*"
  ? Message
  : Message extends { readonly type: infer Type }
    ? Channel extends keyof TypeByChannel
      ? TypeByChannel[Channel] extends Type
        ? Message
        : never
      : never
    : never;

/** Under this name a processor gets the messages of every channel. */
export const EVERY_CHANNEL = "*";

/** What a processor may be registered under. */
export const REGISTRABLE_CHANNELS: readonly string[] = [...CHANNELS, EVERY_CHANNEL];

/** Where messages are counted whose type has no channel; only processors of `*` get them. */
const OTHER = "other";

/** By number, which stands for the channel wherever messages pass. */
export const CHANNEL_NAMES: readonly string[] = [...CHANNELS, OTHER];

const OTHER_NUMBER = CHANNELS.length;
const NUMBER_OF_TYPE: ReadonlyMap<string, number> = new Map(
  CHANNELS.map((channel, number) => [typeOfChannel(channel) ?? channel, number]),
);

/** The number of the channel on which messages of this type come. */
export function channelNumberOf(type: string): number {
  return NUMBER_OF_TYPE.get(type) ?? OTHER_NUMBER;
}
