/** Sends GET requests one after the other, and prints for each its status or the code of its fault: `node rebinding-child.ts ALLOW URL…`. */
import { setTimeout as delay } from 'node:timers/promises'
import { HttpClient } from '../../src/actors/tools/http/http-client.ts'
import { isFault } from '../../src/core/fault.ts'

const [allow = '', ...urls] = process.argv.slice(2)
const limits = {
  signal: new AbortController().signal,
  timeoutMs: 10_000,
  headerTimeoutMs: 5_000,
  bodyTimeoutMs: 5_000,
  maxBytes: 1_000,
  followRedirects: true,
  redirectsBody: false,
  accepts: () => true,
}
const client = new HttpClient([allow])
for (const text of urls) {
  const url = new URL(text)
  try {
    const request = { method: 'GET', url, headers: new Map<string, string>(), body: undefined, queryKey: undefined }
    const { status } = await client.send(request, limits)
    console.log(`${url.pathname} ${status}`)
  } catch (thrown) {
    console.log(`${url.pathname} ${isFault(thrown) ? thrown.code : String(thrown)}`)
  }
  // The server ends the connection, so that the next request opens one.
  await delay(50)
}
client.close()
