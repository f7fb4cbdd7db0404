/** What is used here of @xmpp/client, which comes without types. */
declare module '@xmpp/client' {
  export interface Element {
    readonly attrs: Record<string, string>;
    is(name: string): boolean;
    getChildText(name: string): string | null;
  }
  export interface Client {
    on(event: 'stanza', listener: (stanza: Element) => void): void;
    on(event: 'error', listener: (error: Error) => void): void;
    on(event: 'online', listener: () => void): void;
    send(stanza: Element): Promise<void>;
    start(): Promise<unknown>;
    stop(): Promise<unknown>;
  }
  export function client(options: {
    service: string;
    domain: string;
    username: string;
    password: string;
    resource: string;
  }): Client;
  export function xml(
    name: string,
    attributes?: Record<string, string>,
    ...children: (Element | string)[]
  ): Element;
}
