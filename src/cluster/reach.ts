import type { ReachSettings } from '../config/helper/reachSettings.ts';
import type { Reach } from './sessions.ts';

/** How a server is reached, as its settings say. */
export function reachOf(settings: ReachSettings): Reach {
  return {
    limits: { connectMs: settings.connectMs, statementMs: settings.statementMs },
    ...(settings.ssl === 'no' ? {} : { tls: tlsOf(settings) }),
  };
}

function tlsOf(settings: ReachSettings) {
  return {
    mode: settings.ssl,
    ...(settings.sslCa ? { ca: settings.sslCa } : {}),
    ...(settings.sslCert ? { cert: settings.sslCert } : {}),
    ...(settings.sslKey ? { key: settings.sslKey } : {}),
  };
}
