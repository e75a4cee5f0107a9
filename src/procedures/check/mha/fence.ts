import { type Finding, warning } from '../../../base/finding.ts';
import type { Settings } from '../../../config/helper/settings.ts';

/** The settings that say how a dead master is fenced; what is missing has its default. */
export type Fencing = Partial<Pick<Settings, 'fence' | 'fenceCommand' | 'fenceNeeded'>>;

/** What of the surroundings is needed. */
interface Given {
  /** MHA's file. */
  readonly config: { readonly file: string };
  readonly packageFolder: (name: string) => string;
  readonly fencing?: Fencing;
}

/**
 * Whether anything makes sure that a dead master stays dead. `script`: what `shutdown_script` in MHA's file runs. The first
 * matching row decides:
 *
 * | script         | fence    | fence_command | fence_needed | finding |
 * |----------------|----------|---------------|--------------|---------|
 * | another one    |          |               |              | none: it is the operator's |
 * | none, mha_fence | no      |               |              | no_fence |
 * |                | any other | none         | yes          | fence_needs_ssh |
 * |                | any other |              |              | none: `stopssh` fences |
 */
export function fenceFindings(
  { config, packageFolder, fencing = {} }: Given,
  script: 'none' | 'mha_fence' | 'another',
): Finding[] {
  if (script === 'another') return [];
  if (fencing.fence === 'no') {
    const line = `shutdown_script = ${packageFolder('bin')}/mha_fence --conf=${config.file}`;
    const where = script === 'none' ? ', and MHA’s file has no shutdown_script' : '';
    const advice = `remove fence = no from the settings${script === 'none' ? ', and add to MHA’s file:' : ''}`;
    return [
      warning('no_fence', config.file, `fence = no${where}: ${SPLIT}`, advice, script === 'none' ? [line] : undefined),
    ];
  }
  if (!fencing.fenceNeeded || fencing.fenceCommand) return [];
  return [
    warning(
      'fence_needs_ssh',
      config.file,
      NEEDS_SSH,
      'set fence_command to what turns that host’s power off, or isolates it',
    ),
  ];
}

const SPLIT = 'a master that hangs, is cut off or restarts during a failover goes on taking writes beside the new one';
const NEEDS_SSH =
  'fence_needed = yes without fence_command: if the host of the dead master answers no ssh, there is no failover';
