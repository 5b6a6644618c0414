import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { startEffectServer } from '../support/effect-server.ts'
import { createTempFolder } from '../support/temp-folder.ts'
import { inForm } from './form.ts'
import { formatHistogram, killAgainAndAgain } from './kill-loop.ts'
import { EFFECT_COUNT, EXPECTED_OUTPUT, inputFor, writeProject } from './killed-run.ts'

const KILLS = Number(process.env.TROUPE_TEST_KILLS ?? inForm(40, 200))

const killing = suite('a run that is killed again and again')

killing('J3: ends as undisturbed, and no recorded effect is performed again', async () => {
  const folder = createTempFolder()
  const server = await startEffectServer(() => 1 + Math.random() * 5)
  try {
    const { shares, completed, repeated, keysChanged } = await killAgainAndAgain({
      folder: folder.path,
      file: writeProject(folder.path),
      input: inputFor(server.url),
      server,
      kills: KILLS,
      effects: EFFECT_COUNT,
      judge: (output) => assert.equal(output, EXPECTED_OUTPUT),
    })
    console.log(`${shares.length} kills, ${completed} runs completed, of ${EFFECT_COUNT} effects each`)
    console.log(formatHistogram(shares))
    assert.is(repeated, 0, 'recorded effects performed again')
    assert.is(keysChanged, 0, 'effects whose key changed between attempts')
  } finally {
    await server.close()
    folder.remove()
  }
})

killing.run()
