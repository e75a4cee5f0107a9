import { describe, expect, it } from 'vitest';
import { useLab } from '../support/useLab.ts';
import { isMysql, SQL } from '../tools/lab/kind.ts';
import { onlineSwitch } from '../tools/lab/mha.ts';
import type { LabServer } from '../tools/lab/server.ts';
import { until } from '../tools/lab/wait.ts';

const lab = useLab({ eachTest: true });

const channelOf = async (server: LabServer) => {
  const rows = await server.admin(SQL.replicaStatus);
  return rows.map((row) => [
    row.Channel_Name,
    row.Source_Host,
    row.Source_SSL_Allowed,
    row.Connect_Retry,
    row.Replica_IO_Running,
  ]);
};

describe.runIf(isMysql)('replicas with a channel that has a name, on servers that want TLS', () => {
  it('are switched there and back by masterha_master_switch, and the original master replicates as they did', async () => {
    lab.configure({ master_ip_failover_script: undefined, master_ip_online_change_script: undefined });
    const [first] = lab.servers as [LabServer];
    const { user, password } = lab.repl;
    const to = `SOURCE_HOST='${first.host}', SOURCE_PORT=${first.port}, SOURCE_USER='${user}', SOURCE_PASSWORD='${password}'`;
    const how = "SOURCE_AUTO_POSITION=1, SOURCE_SSL=1, SOURCE_CONNECT_RETRY=3 FOR CHANNEL 'main'";
    for (const server of lab.servers.slice(1)) {
      await server.adminAll([SQL.stop, SQL.forget, `CHANGE REPLICATION SOURCE TO ${to}, ${how}`, SQL.start]);
    }
    for (const server of lab.servers) await server.admin('SET GLOBAL require_secure_transport = 1');
    await first.admin('CREATE TABLE app.t (id INT PRIMARY KEY)');
    for (const [step, next] of [1, 0].entries()) {
      const result = await onlineSwitch(lab.confFile, lab.server(next).host);
      expect(result.code, result.stdout + result.stderr + lab.readManagerLog()).toBe(0);
      await lab.server(next).admin(`INSERT INTO app.t VALUES (${step})`);
      for (const server of lab.servers.filter((each) => each !== lab.server(next))) {
        expect(await channelOf(server)).toEqual([['main', lab.server(next).host, 'Yes', 3, 'Yes']]);
        await until('the row', 20_000, async () => (await server.admin('SELECT id FROM app.t')).length === step + 1);
      }
      expect(await channelOf(lab.server(next))).toEqual([]);
    }
  });
});
