// Serves examples/data/rates.json on this machine, for example 07: node examples/rates-server.js [PORT]
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'

const rates = readFileSync(new URL('data/rates.json', import.meta.url))
const server = createServer((request, response) => {
  if (request.url !== '/rates.json') return response.writeHead(404).end()
  return response.writeHead(200, { 'content-type': 'application/json' }).end(rates)
})
server.listen(Number(process.argv[2] ?? 8123), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}/rates.json`)
})
