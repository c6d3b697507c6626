#!/usr/bin/env node
/** The command line. What it can do is in cli/. */
import { enableCompileCache } from 'node:module';
// First of all: it must hold while the other modules load.
import './cli/quiet-stdout.ts';

// Node keeps what it compiled in the system's temporary directory: later starts take half the time.
enableCompileCache();
await import('./cli/program.ts');
