import type { BrokerAdmin } from './broker-admin.ts';

/** A broker we use: one we run, or one somebody gave us. */
export interface BrokerProcess {
  /** Null for a given broker whose management API does not answer: then its account is used as it is. */
  readonly admin: BrokerAdmin | null;
  readonly adminAmqpUrl: string;
  /** Where it came from, for people. */
  readonly origin: string;
  /** Process number of the broker when it is a process of this machine. */
  readonly pid: () => number | null;
  /** Starts it again on the same data and ports; does nothing while it runs, and nothing to a given broker. */
  start(): Promise<void>;
  /** SIGKILL, as a crash would; nothing to a given broker. */
  kill(): Promise<void>;
  stop(): Promise<void>;
  /** Settles, with the reason, when the broker that runs now ends; never for one that is not a process of ours. */
  ended(): Promise<string>;
}

/** Three ports of this machine: clients, management API, and Erlang's own distribution. */
export interface BrokerPorts {
  readonly amqp: number;
  readonly management: number;
  readonly distribution: number;
}
