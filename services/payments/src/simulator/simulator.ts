import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Books } from './books.ts';
import { Charges } from './charges.ts';
import { answerControl, type Controlled } from './control.ts';
import { type Form, parseForm } from './form.ts';
import { Refunds } from './refunds.ts';
import { WebhookSender, wireEvent } from './webhooks.ts';
import { newWireId, type Reply, wireError } from './wire.ts';

export interface SimulatorOptions {
  port: number;
  apiKey: string;
  webhookSecret: string;
  webhookUrl?: string | undefined;
  /** Where the books are kept; without it they end with the process. */
  booksFile?: string | undefined;
  /** After how long what was put off is decided by itself; without it, only when told. */
  settleAfterMs?: number | undefined;
  /** How long the answer of a slow charge takes. */
  slowMs?: number | undefined;
  random?: () => number;
}

export interface Simulator extends Controlled {
  readonly url: string;
  readonly webhooks: WebhookSender;
  /** Runs when a charge is in the books and before its answer is sent. */
  onCharge: () => void;
  /** Somebody pays back in the provider's own pages. */
  refundByHand(intentId: string, amount: number): void;
  dispute(intentId: string): Promise<void>;
  stop(): Promise<void>;
}

/**
 * A payment provider that takes no money: speaks enough of Stripe's protocol for an unchanged client, does what the payment
 * method token tells it to, and keeps its own books of what would have been taken.
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { apiKey, slowMs = 30_000 } = options;
  const books = new Books(options.booksFile);
  const webhooks = new WebhookSender(options.webhookSecret, options.webhookUrl ?? null);
  const charges = new Charges(books, webhooks, options.random ?? Math.random);
  const refunds = new Refunds(books, webhooks);
  const running = new Set<string>();

  /** Once per idempotency key: a repeat gets the first answer, other content is refused, and two at once are one. */
  async function once(
    key: string | undefined,
    form: Form,
    work: () => Promise<{ answer: Reply; kept: Reply }>,
  ): Promise<Reply> {
    if (!key) return (await work()).answer;
    const fingerprint = JSON.stringify(form);
    const known = books.answers.get(key);
    if (known && known.fingerprint !== fingerprint)
      return wireError(400, {
        type: 'idempotency_error',
        message: 'This key was used with other parameters.',
      });
    if (known) return known;
    if (running.has(key))
      return wireError(409, {
        type: 'invalid_request_error',
        code: 'idempotency_key_in_use',
        message: 'A request under this key is still running.',
      });
    running.add(key);
    try {
      const { answer, kept } = await work();
      if (typeof kept === 'object' && kept.status < 429) books.keepAnswer(key, { fingerprint, ...kept });
      return answer;
    } finally {
      running.delete(key);
    }
  }

  async function charge(form: Form): Promise<{ answer: Reply; kept: Reply }> {
    const { answer, as, sent } = charges.create(form);
    simulator.onCharge();
    if (options.settleAfterMs !== undefined && as.later)
      setTimeout(() => void simulator.settle(), options.settleAfterMs).unref();
    if (as.reply === 'after webhooks') await sent;
    if (as.reply === 'slow') await new Promise((resolve) => setTimeout(resolve, slowMs).unref());
    return { answer: as.reply === 'never' ? 'no answer' : answer, kept: answer };
  }

  async function answerApi(method: string, path: string, form: Form, key?: string): Promise<Reply> {
    const [, collection, id, action] =
      /^\/v1\/(payment_intents|refunds)(?:\/(\w+))?(?:\/(\w+))?$/.exec(path) ?? [];
    switch (
      `${method} ${collection}${id ? (id === 'search' ? '/search' : '/:id') : ''}${action ? `/${action}` : ''}`
    ) {
      case 'POST payment_intents':
        return once(key, form, () => charge(form));
      case 'GET payment_intents':
        return charges.list(form);
      case 'GET payment_intents/search':
        return charges.search(form);
      case 'GET payment_intents/:id':
        return charges.retrieve(id!);
      case 'POST payment_intents/:id/cancel':
        return charges.cancel(id!);
      case 'POST refunds':
        return once(key, form, async () => refunds.create(form));
      case 'GET refunds':
        return refunds.list(form);
      default:
        return wireError(404, {
          type: 'invalid_request_error',
          message: `Unrecognized request URL (${method}: ${path}).`,
        });
    }
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://simulator');
    if (pathname.startsWith('/health/')) return send(response, { status: 200, body: { ready: true } });
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    if (request.headers.authorization !== `Bearer ${apiKey}`)
      return send(
        response,
        wireError(401, { type: 'invalid_request_error', message: 'Invalid API Key provided.' }),
      );
    if (pathname.startsWith('/simulator/'))
      return send(response, await answerControl(simulator, pathname, body));
    if (simulator.down) return send(response, 'hang up');
    const form = parseForm(request.method === 'GET' ? searchParams.toString() : body);
    const key = request.headers['idempotency-key']?.toString();
    send(response, await answerApi(request.method ?? 'GET', pathname, form, key));
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port, '127.0.0.1', resolve);
  });

  const simulator: Simulator = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    books,
    webhooks,
    down: false,
    onCharge: () => {},
    async settle() {
      await Promise.all([charges.settle(), refunds.settle()]);
      await webhooks.idle();
    },
    planRefunds: (...next) => refunds.plan(...next),
    refundByHand: (payment_intent, amount) => void refunds.book({ payment_intent, amount: String(amount) }),
    dispute: (payment_intent) =>
      webhooks.send(
        wireEvent('charge.dispute.created', { id: newWireId('du'), object: 'dispute', payment_intent }),
      ),
    stop: async () => {
      webhooks.stop();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  return simulator;
}

function send(response: ServerResponse, reply: Reply): void {
  if (reply === 'hang up') return void response.destroy();
  if (reply === 'no answer') return;
  const { status, body } = reply;
  response.writeHead(status, { 'content-type': 'application/json', 'request-id': newWireId('req') });
  response.end(JSON.stringify(body));
}
