// A person with a client on matrix-js-sdk and its Rust crypto. Reads commands as JSON lines, writes what happens as JSON lines.
// node peer.mjs HOMESERVER USER PASSWORD
import { createInterface } from "node:readline";
import * as sdk from "matrix-js-sdk";
import { logger } from "matrix-js-sdk/lib/logger.js";
import { OnlySignedDevicesIsolationMode } from "matrix-js-sdk/lib/crypto-api/index.js";

const [baseUrl, user, password] = process.argv.slice(2);
const tell = (value) => process.stdout.write(JSON.stringify(value) + "\n");
logger.setLevel?.("silent");
for (const name of ["log", "info", "warn", "debug", "trace"]) console[name] = () => {};

const auth = { type: "m.login.password", identifier: { type: "m.id.user", user }, password };
const login = await sdk.createClient({ baseUrl }).loginRequest(auth);
const client = sdk.createClient({
    baseUrl,
    userId: login.user_id,
    accessToken: login.access_token,
    deviceId: login.device_id,
});
await client.initRustCrypto({ useIndexedDB: false });
const crypto = client.getCrypto();
await crypto.bootstrapCrossSigning({ authUploadDeviceSigningKeys: (upload) => upload(auth) });
// As Element with «exclude insecure devices»: keys go to signed devices only, and messages of others are not shown.
crypto.setDeviceIsolationMode(new OnlySignedDevicesIsolationMode());

client.on("event", async (event) => {
    if (event.isEncrypted()) await client.decryptEventIfNeeded(event);
    if (!event.getRoomId() || event.getSender() === user) return;
    const shield = event.isEncrypted() ? await crypto.getEncryptionInfoForEvent(event) : null;
    tell({
        did: "event",
        id: event.getId(),
        room: event.getRoomId(),
        sender: event.getSender(),
        type: event.getType(),
        content: event.getContent(),
        relation: event.getWireContent()["m.relates_to"] ?? null,
        encrypted: event.isEncrypted(),
        failed: event.isDecryptionFailure(),
        shield: shield?.shieldColour ?? null,
        reason: shield?.shieldReason ?? null,
        key: event.getStateKey() ?? null,
    });
});
await client.startClient({ initialSyncLimit: 20 });
await new Promise((done) => client.on("sync", (state) => state === "PREPARED" && done()));
tell({ did: "ready" });

const commands = {
    async room({ invite, name }) {
        const { room_id: room } = await client.createRoom({
            preset: "private_chat",
            name,
            invite,
            initial_state: [
                { type: "m.room.encryption", state_key: "", content: { algorithm: "m.megolm.v1.aes-sha2" } },
            ],
        });
        return { room };
    },
    async say({ room, content }) {
        const { event_id: id } = await client.sendMessage(room, { msgtype: "m.text", ...content });
        return { id };
    },
    async react({ room, event, key }) {
        const relates = { rel_type: "m.annotation", event_id: event, key };
        const { event_id: id } = await client.sendEvent(room, "m.reaction", { "m.relates_to": relates });
        return { id };
    },
    async discard({ room }) {
        await crypto.forceDiscardSession(room);
        return {};
    },
};
for await (const line of createInterface({ input: process.stdin })) {
    const command = JSON.parse(line);
    try {
        tell({ did: command.do, ...(await commands[command.do](command)) });
    } catch (error) {
        tell({ did: "failed", error: String(error) });
    }
}
process.exit(0);
