import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

/** A program in a process of its own, so that its processor time and memory are its own. */
export interface OwnProcess<Question, Answer> {
  /** One question at a time. */
  ask(question: Question): Promise<Answer>;
  close(): Promise<void>;
}

type Reply = { readonly answer: unknown } | { readonly failure: string };

/** Longer than any measurement takes: what has not answered by then hangs. */
const LONGEST_ANSWER_MS = 180_000;

/**
 * @param filename - of a program that calls {@link answerQuestions}
 * @param flags - for its `node`, beside ours
 */
export function startOwnProcess<Question, Answer>(
  filename: string,
  flags: readonly string[] = [],
): OwnProcess<Question, Answer> {
  const child: ChildProcess = fork(filename, {
    execArgv: [...process.execArgv, ...flags],
    serialization: "advanced", // plain JSON would make null of an Infinity
  });
  return {
    async ask(question) {
      child.send(question as object);
      const reply = await replyOf(child, filename);
      if ("failure" in reply) throw new Error(reply.failure);
      return reply.answer as Answer;
    },
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, "exit");
      child.kill();
      await exited;
    },
  };
}

/** In the process of `filename` answers what it is asked; anywhere else it does nothing. */
export function answerQuestions<Question, Answer>(
  filename: string,
  answer: (question: Question) => Promise<Answer>,
): void {
  if (process.argv[1] !== filename || !process.send) return;
  const send = process.send.bind(process) as (reply: Reply) => void;
  process.once("disconnect", () => process.exit()); // never outlives the run it serves
  process.on("message", (question: Question) => {
    answer(question).then(
      (answered) => send({ answer: answered }),
      (thrown: unknown) =>
        send({ failure: thrown instanceof Error ? (thrown.stack ?? "") : String(thrown) }),
    );
  });
}

function replyOf(child: ChildProcess, filename: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      clearTimeout(timer);
      child.off("message", onReply);
      child.off("exit", onExit);
    };
    const onReply = (reply: unknown): void => {
      done();
      resolve(reply as Reply);
    };
    const onExit = (code: number | null): void => {
      done();
      reject(new Error(`${filename} ended with ${code}`));
    };
    const timer = setTimeout(() => {
      done();
      child.kill();
      reject(new Error(`${filename} does not answer`));
    }, LONGEST_ANSWER_MS);
    child.on("message", onReply);
    child.on("exit", onExit);
  });
}
