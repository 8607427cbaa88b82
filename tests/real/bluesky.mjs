// A whole Bluesky network on loopback (PLC directory, PDS, firehose), and a bridge that gives its
// firehose out as Jetstream does: JSON over a WebSocket, replayed from `cursor` on request.
// Prints one line of JSON with its addresses when it is ready; ends with its standard input.
import { createServer } from 'node:http';
import { IdResolver } from '@atproto/identity';
import { Firehose } from '@atproto/sync';
import devEnv from '@atproto/dev-env';
import { WebSocketServer } from 'ws';

const OPERATIONS = ['create', 'update', 'delete'];

const network = await devEnv.TestNetworkNoAppView.create({});
const events = [];
const jetstream = new WebSocketServer({ noServer: true });
let lastMoment = 0;

/** Microseconds since 1970, each one later than the last. */
function moment() {
  lastMoment = Math.max(lastMoment + 1, Date.now() * 1000);
  return lastMoment;
}

const firehose = new Firehose({
  service: network.pds.url.replace('http', 'ws'),
  idResolver: new IdResolver({ plcUrl: network.plc.url }),
  filterCollections: ['app.bsky.feed.post'],
  unauthenticatedCommits: true,
  handleEvent: (event) => {
    if (!OPERATIONS.includes(event.event)) return;
    const commit = {
      rev: event.rev,
      operation: event.event,
      collection: event.collection,
      rkey: event.rkey,
    };
    if (event.event !== 'delete') {
      commit.record = event.record;
      commit.cid = event.cid.toString();
    }
    const told = { did: event.did, time_us: moment(), kind: 'commit', commit };
    events.push(told);
    for (const client of jetstream.clients) client.send(JSON.stringify(told));
  },
  onError: (error) => console.error('firehose:', error.message),
});
firehose.start();

/** What an AppView would answer, from what the PDS knows. */
async function profiles(actors) {
  const found = [];
  for (const did of actors) {
    const url = `${network.pds.url}/xrpc/com.atproto.repo.describeRepo?repo=${encodeURIComponent(did)}`;
    const answer = await fetch(url);
    if (answer.ok) found.push({ did, handle: (await answer.json()).handle });
  }
  return { profiles: found };
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://localhost');
  if (url.pathname !== '/xrpc/app.bsky.actor.getProfiles') {
    response.writeHead(404).end();
    return;
  }
  const body = await profiles(url.searchParams.getAll('actors'));
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
});

server.on('upgrade', (request, socket, head) => {
  const cursor = Number(new URL(request.url, 'http://localhost').searchParams.get('cursor') ?? NaN);
  jetstream.handleUpgrade(request, socket, head, (client) => {
    for (const event of events) {
      if (event.time_us >= cursor) client.send(JSON.stringify(event));
    }
  });
});

server.listen(0, '127.0.0.1', () => {
  const host = `127.0.0.1:${server.address().port}`;
  const ready = { pds: network.pds.url, jetstream: `ws://${host}/subscribe`, api: `http://${host}` };
  console.log(JSON.stringify(ready));
});

process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
