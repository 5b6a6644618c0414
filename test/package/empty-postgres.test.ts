/** Migrations are in the bundle with the packages that only they load. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { startBuiltCli } from '../support/child-process.ts'
import { onPostgres, startPostgres } from '../support/postgres-server.ts'

const test = suite('the shipped command line')

onPostgres(test)('makes its tables in an empty Postgres database', async () => {
  const url = await (await startPostgres()).createEmpty()
  for (const time of ['first', 'second']) {
    const { exitCode, stderr } = await startBuiltCli(['runs', '--db', url]).done
    assert.is(exitCode, 0, `${time}: ${stderr}`)
  }
})

test.run()
