/** Every recorded problem, family by family. */
import { cBuild } from './c-build.ts';
import { codegen } from './codegen.ts';
import { conventions } from './conventions.ts';
import { execBits } from './exec-bits.ts';
import { exportsCsv } from './exports-csv.ts';
import { gitState } from './git-state.ts';
import { lineEndings } from './line-endings.ts';
import { lockHook } from './lock-hook.ts';
import { migrations } from './migrations.ts';
import { missingTools } from './missing-tools.ts';
import { moduleKinds } from './module-kinds.ts';
import type { Problem } from './problem.ts';
import { pythonTools } from './python-tools.ts';
import { settings } from './settings.ts';
import { strictTypes } from './strict-types.ts';

export const problems: Problem[] = [
  ...codegen,
  ...strictTypes,
  ...conventions,
  ...migrations,
  ...settings,
  ...moduleKinds,
  ...lineEndings,
  ...missingTools,
  ...execBits,
  ...lockHook,
  ...gitState,
  ...cBuild,
  ...pythonTools,
  ...exportsCsv,
];
