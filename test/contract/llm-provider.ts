/**
 * Holds every model provider to its contract: equal requests and answers give equal results, streamed or whole, however the bytes of a
 * stream are cut; every failure is the fault of docs/errors.md; an abort closes the request.
 *
 * A vendor plugs in with a `WireVendor` of test/support/wire/<vendor>.ts and a test file that calls `llmProviderContract(vendor)`.
 */
import { suite } from 'uvu'
import type { WireFeature, WireVendor } from '../support/wire/wire.ts'
import { startWireServer, type WireServer } from '../support/wire/wire-server.ts'
import { addProviderAnswerTests } from './llm-provider-answers.ts'
import { addProviderFaultTests } from './llm-provider-faults.ts'
import { addProviderQuirkTests } from './llm-provider-quirks.ts'
import { addProviderRequestTests } from './llm-provider-requests.ts'
import { addProviderStreamTests } from './llm-provider-streams.ts'
import { addProviderThoughtTests } from './llm-provider-thoughts.ts'

export interface ProviderUnderTest {
  vendor: WireVendor
  server: WireServer
}

/** Skipped, with its reason, when the vendor lacks what the test needs. */
export type AddProviderTest = (
  title: string,
  body: (subject: ProviderUnderTest) => Promise<void>,
  needs?: WireFeature,
) => void

/** Registers and runs the suite, against one server for all tests. */
export const llmProviderContract = (vendor: WireVendor): void => {
  const contract = suite(`provider contract: ${vendor.name}`)
  let server: WireServer
  contract.before(async () => {
    server = await startWireServer(vendor)
  })
  contract.after(() => server.stop())
  const add: AddProviderTest = (title, body, needs) => {
    const reason = needs === undefined ? undefined : vendor.skips[needs]
    if (reason === undefined) contract(title, () => body({ vendor, server }))
    else contract.skip(`${title} (${reason})`)
  }
  addProviderAnswerTests(add)
  addProviderRequestTests(add)
  addProviderStreamTests(add)
  addProviderFaultTests(add)
  addProviderThoughtTests(add)
  addProviderQuirkTests(add, vendor)
  contract.run()
}
