/** record_trajectory through a real client, against a plain add, one vector query and a sync of what the add wrote. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../../src/context.ts';
import { lance } from '../../src/memory/lance/library.ts';
import { vectorColumn } from '../../src/memory/lance/schema.ts';
import { syncTree } from '../../src/memory/sync.ts';
import { runOf, taskOf } from './corpus.ts';
import { inTurns, round } from './measure.ts';
import type { Server } from './server.ts';

const NEW = 50_000_000;

export async function measureRecording(ctx: Context, server: Server, runs: number, times: number) {
  // A copy, so that what is added plainly is not found by Knowhow.
  const copy = mkdtempSync(join(tmpdir(), 'knowhow-bench-'));
  try {
    const folder = join(copy, 'trajectories.lance');
    cpSync(join(ctx.config.data, 'trajectories.lance'), folder, { recursive: true });
    const connection = await lance().connect(copy, { readConsistencyInterval: 0 });
    const table = await connection.openTable('trajectories');
    const column = vectorColumn(ctx.embedder);
    const [template] = await table.query().limit(1).toArray();
    const columns = Object.keys(template ?? {}).filter((name) => name !== column);
    const { one, other } = await inTurns(
      times,
      async (i) => {
        const run = { ...runOf(NEW + i), session: `plain-${i}` };
        const [vector = new Float32Array()] = await ctx.embedder.embed([run.task.description]);
        const began = Date.now();
        const row = { ...Object.fromEntries(columns.map((name) => [name, 'x'])), id: run.id };
        await table.add([
          { ...row, record: JSON.stringify(run), text: run.task.description, [column]: vector },
        ]);
        await syncTree(folder, began);
        return table.query().nearestTo(vector).column(column).distanceType('cosine').limit(8).toArray();
      },
      (i) => {
        const { task, steps, outcome, project } = runOf(NEW + i);
        // Every second one is another attempt at a task that is known.
        const known = { ...task, description: taskOf((i * 31) % Math.ceil(runs / 4)) };
        return server.call('record_trajectory', {
          task: i % 2 === 0 ? known : task,
          steps,
          outcome,
          project,
          session: `recorded-${runs}-${i}`,
        });
      },
    );
    connection.close();
    return {
      lancedb: one,
      knowhow: other,
      p50_ratio: round(other.p50 / one.p50),
      p99_ratio: round(other.p99 / one.p99),
    };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
