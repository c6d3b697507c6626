/** Loaded first: stdout carries the answer (over stdio, the protocol), so what any library prints goes to stderr. */
import { Console } from 'node:console';

Object.assign(console, new Console(process.stderr));
