/** What a store stands on: a directory of this machine, or object storage. Both give tables the same parts. */
import type { Log } from '../log.ts';
import type { Durability, Journal } from './journal.ts';
import type { Shape } from './lance/schema.ts';
import type { Shelf } from './lance/shelf.ts';
import type { Overlay } from './overlay.ts';
import type { Writer } from './writer.ts';

export interface Ground {
  parts(shape: Shape): { shelf: Shelf; writer: Writer; overlay: () => Promise<Overlay> };
  /** Runs `work` unless another process of this store runs something under the same name. */
  exclusive<R>(name: string, work: () => Promise<R>): Promise<{ held: true; value: R } | { held: false }>;
  note: Journal['note'];
  close(): Promise<void>;
}

export interface GroundOptions {
  durability: Durability;
  log: Log;
  now: () => Date;
  /** Names this start of the machine. */
  boot: string;
  /** How to reach LanceDB Cloud. */
  remote?: { apiKey?: string; region?: string; hostOverride?: string };
  /** Told of work that goes on after a call was answered. */
  background: (work: Promise<unknown>) => void;
}
