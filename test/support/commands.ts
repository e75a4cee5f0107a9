import { fileURLToPath } from 'node:url';
import { nodeRun, type RunOptions, type RunResult } from '../lab/run.ts';
