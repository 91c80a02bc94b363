#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
'''The daemon against python-dbusmock's bluez5: a BlueZ that nobody of ours wrote. Prints TAP.'''

import os
import re
import subprocess
import sys
import tempfile
import time
import traceback

import dbus
import dbus.mainloop.glib
import dbusmock
from gi.repository import GLib

BUILD = os.environ.get('top_builddir', '.')
HERE = os.path.dirname(os.path.abspath(__file__))
MANAGER = 'org.pairward.Manager1'
PEER = 'org.pairward.SecurityManager1'
REQUEST = 'org.pairward.Request1'
REJECTED = 'org.bluez.Error.Rejected'
ADDRESS = 'AA:BB:CC:00:00:01'
BLUEZ_PATH = '/org/bluez/hci0/dev_AA_BB_CC_00_00_01'
OUR_PATH = '/org/pairward/hci0/dev_AA_BB_CC_00_00_01'
KEYFILE = '''[Daemon]
PairingPolicy=allow-all
WithoutHandler=reject
[Rule friend]
MatchAddress=AA:BB:CC:00:00:02
Action=accept
[Rule keyboard]
MatchAddress=AA:BB:CC:00:00:03
Passkey=123456
'''


class World(dbusmock.DBusTestCase):
    '''A system bus with BlueZ, one adapter, one device, and the daemon.'''

    def __init__(self, folder):
        super().__init__()
        self.log = open(os.path.join(folder, 'log'), 'w+', encoding='utf-8')
        self.folder = folder
        self.keyfile = os.path.join(folder, 'pairward.conf')
        with open(self.keyfile, 'w', encoding='utf-8') as keyfile:
            keyfile.write(KEYFILE)
        os.chmod(self.keyfile, 0o600)
        self.bus = self.get_dbus(system_bus=True)
        self.start_bluez()
        self.start_daemon()

    def start_bluez(self):
        self.bluez, self.mock = self.spawn_server_template(os.path.join(HERE, 'bluez5_asks.py'), {}, stdout=self.log)
        self.call_mock('AddAdapter', 'hci0', 'lab')
        self.call_mock('AddDevice', 'hci0', ADDRESS, 'Lamp')

    def stop_bluez(self):
        self.bluez.kill()
        self.bluez.wait()

    def start_daemon(self):
        self.daemon = subprocess.Popen([os.path.join(BUILD, 'pairwardd'), '--no-kernel-link', '--config', self.keyfile],
                                       stdout=self.log, stderr=self.log,
                                       env=dict(os.environ, G_DEBUG='fatal-criticals', STATE_DIRECTORY=self.folder))
        wait_for(lambda: self.bus.name_has_owner('org.pairward'))
        self.manager = self.bus.get_object('org.pairward', '/org/pairward')
        wait_for(lambda: self.get('AgentState') == 'default')
        wait_for(lambda: OUR_ADAPTER in self.managed())

    def stop(self):
        if self.daemon.poll() is None:
            self.daemon.terminate()
        status = self.daemon.wait(5)
        self.stop_bluez()
        return status

    def call_mock(self, method, *arguments):
        return dbus.Interface(self.bus.get_object('org.bluez', '/'), 'org.bluez.Mock').get_dbus_method(method)(*arguments)

    def calls(self, path, method):
        '''The arguments of each call of a method that BlueZ got, oldest first.'''
        log = dbus.Interface(self.bus.get_object('org.bluez', path), dbusmock.MOCK_IFACE).GetCalls()
        return [arguments for _when, name, arguments in log if name == method]

    def managed(self):
        return dbus.Interface(self.manager, 'org.freedesktop.DBus.ObjectManager').GetManagedObjects()

    def get(self, name, path='/org/pairward', interface=MANAGER):
        return self.bus.get_object('org.pairward', path).Get(interface, name, dbus_interface=dbus.PROPERTIES_IFACE)

    def set(self, name, value, path='/org/pairward', interface=MANAGER):
        self.bus.get_object('org.pairward', path).Set(interface, name, value, dbus_interface=dbus.PROPERTIES_IFACE)

    def peer(self, address=ADDRESS):
        path = dbus.Interface(self.manager, MANAGER).GetPeer('hci0', address)
        return dbus.Interface(self.bus.get_object('org.pairward', path), PEER)

    def agent_owner(self, path):
        '''Whichever connection of the daemon has the agent: the one that answers something else than "no such object".'''
        pid = self.daemon.pid
        for name in self.bus.list_names():
            if name.startswith(':') and self.bus.call_blocking('org.freedesktop.DBus', '/', 'org.freedesktop.DBus',
                                                               'GetConnectionUnixProcessID', 's', (name,)) == pid:
                try:
                    self.bus.call_blocking(name, path, 'org.bluez.Agent1', 'Cancel', '', ())
                except dbus.DBusException as error:
                    if error.get_dbus_name() == REJECTED:  # we are not bluetoothd: it is there
                        return name
        raise AssertionError('no agent at ' + path)

    def is_settled(self):
        '''Whether the default agent can what is wanted, and every one before it has left.'''
        capabilities = dict(self.calls('/org/bluez', 'RegisterAgent'))
        agents = [arguments[0] for arguments in self.calls('/org/bluez', 'RequestDefaultAgent')]
        gone = [arguments[0] for arguments in self.calls('/org/bluez', 'UnregisterAgent')]
        wanted = CAPABILITIES[self.get('EffectiveCapability')]
        return set(agents[:-1]) == set(gone) and capabilities.get(agents[-1]) == wanted

    def ask(self, method, signature, *arguments):
        '''BlueZ asks the default agent. Returns an object with the answer to come.'''
        wait_for(self.is_settled)
        path = self.calls('/org/bluez', 'RequestDefaultAgent')[-1][0]
        return Answer(self.mock, self.agent_owner(path), path, method, signature, arguments)


OUR_ADAPTER = '/org/pairward/hci0'
CAPABILITIES = {'none': 'NoInputNoOutput', 'keyboard-only': 'KeyboardOnly', 'keyboard-display': 'KeyboardDisplay',
                'display-only': 'DisplayOnly', 'display-yesno': 'DisplayYesNo'}


class Answer:
    '''What an agent answers: a value, or the name of a D-Bus error.'''

    def __init__(self, mock, owner, path, method, signature, arguments):
        self.value = self.error = None
        dbus.Interface(mock, 'org.bluez.Mock').AskAgent(owner, path, method, signature,
                                                        dbus.Array(arguments, signature='v'),
                                                        reply_handler=self.on_reply, error_handler=self.on_error)

    def on_reply(self, value):
        self.value = value

    def on_error(self, error):
        self.error = error.get_dbus_name()

    def is_here(self):
        return self.value is not None or self.error is not None

    def wait(self):
        wait_for(self.is_here)
        return self


class Handler:
    '''A handler on a connection of its own, with what it was sent.'''

    def __init__(self, events):
        self.bus = dbus.bus.BusConnection(os.environ['DBUS_SYSTEM_BUS_ADDRESS'])
        self.heard = []
        self.bus.add_signal_receiver(lambda *arguments, member: self.heard.append((member, arguments)),
                                     dbus_interface=PEER, member_keyword='member')
        self.manager = dbus.Interface(self.bus.get_object('org.pairward', '/org/pairward'), MANAGER)
        self.manager.RegisterHandler(dbus.Array(events, signature='s'), dbus.Array([], signature='o'))

    def wait(self, member):
        wait_for(lambda: any(name == member for name, _ in self.heard))
        return [arguments for name, arguments in self.heard if name == member][-1]

    def request(self, path):
        return dbus.Interface(self.bus.get_object('org.pairward', path), REQUEST)

    def leave(self):
        self.bus.close()


def wait_for(condition, seconds=10):
    end = time.monotonic() + seconds
    context = GLib.MainContext.default()
    while not condition():
        if time.monotonic() > end:
            raise AssertionError('waited in vain')
        while context.iteration(False):
            pass
        time.sleep(0.01)


def device(value):
    return dbus.ObjectPath(value)


def test_registered(world):
    assert world.calls('/org/bluez', 'RegisterAgent')[0][1] in ('NoInputNoOutput', 'KeyboardOnly', 'KeyboardDisplay')
    assert len(world.calls('/org/bluez', 'RegisterAgent')) == len(world.calls('/org/bluez', 'RequestDefaultAgent'))
    assert world.get('Address', OUR_ADAPTER, 'org.pairward.Controller1') == '00:01:02:03:04:05'


def test_nobody_to_ask(world):
    assert world.ask('RequestConfirmation', 'ou', device(BLUEZ_PATH), dbus.UInt32(1)).wait().error == REJECTED
    assert world.ask('RequestAuthorization', 'o', device(BLUEZ_PATH)).wait().error == REJECTED


def test_rules(world):
    world.call_mock('AddDevice', 'hci0', 'AA:BB:CC:00:00:02', 'Friend')
    world.call_mock('AddDevice', 'hci0', 'AA:BB:CC:00:00:03', 'Keys')
    friend, keys = BLUEZ_PATH[:-1] + '2', BLUEZ_PATH[:-1] + '3'
    assert world.ask('RequestAuthorization', 'o', device(friend)).wait().error is None
    assert world.ask('RequestPasskey', 'o', device(keys)).wait().value == 123456
    # the floor is stronger than a rule
    world.set('PairingPolicy', dbus.UInt32(15))
    assert world.ask('RequestAuthorization', 'o', device(friend)).wait().error == REJECTED
    assert world.ask('RequestPasskey', 'o', device(keys)).wait().error == REJECTED


def test_unknown_device(world):
    assert world.ask('RequestAuthorization', 'o', device(BLUEZ_PATH[:-1] + '9')).wait().error == REJECTED


def test_handler_compares(world):
    handler = Handler(['passkey-display-required'])
    answer = world.ask('RequestConfirmation', 'ou', device(BLUEZ_PATH), dbus.UInt32(42))
    path, passkey, match = handler.wait('PasskeyDisplayRequired')
    assert (passkey, match) == ('000042', True)
    assert not answer.is_here()
    handler.request(path).MatchConfirm(True)
    assert answer.wait().error is None
    handler.heard.clear()
    answer = world.ask('RequestConfirmation', 'ou', device(BLUEZ_PATH), dbus.UInt32(43))
    handler.request(handler.wait('PasskeyDisplayRequired')[0]).MatchConfirm(False)
    assert answer.wait().error == REJECTED
    handler.leave()


def test_handler_enters(world):
    handler = Handler(['passkey-required'])
    answer = world.ask('RequestPasskey', 'o', device(BLUEZ_PATH))
    path, kind = handler.wait('PasskeyRequired')
    assert kind == 'passkey'
    try:
        handler.request(path).EnterPasskey(dbus.UInt32(1000000))
        raise AssertionError('1000000 is no passkey')
    except dbus.DBusException as error:
        assert error.get_dbus_name() == 'org.pairward.Error.InvalidArguments', error
    assert not answer.is_here()
    handler.request(path).EnterPasskey(dbus.UInt32(7))
    assert answer.wait().value == 7
    handler.heard.clear()
    answer = world.ask('RequestPinCode', 'o', device(BLUEZ_PATH))
    path, kind = handler.wait('PasskeyRequired')
    assert kind == 'pin'
    handler.request(path).EnterPin('0042')
    assert answer.wait().value == '0042'
    handler.leave()


def test_handler_is_shown(world):
    '''A display is answered at once; it stays until the pairing is over, and counts what the other side types.'''
    handler = Handler(['passkey-display-required'])
    assert world.ask('DisplayPasskey', 'ouq', device(BLUEZ_PATH), dbus.UInt32(42), dbus.UInt16(0)).wait().error is None
    path, passkey, match = handler.wait('PasskeyDisplayRequired')
    assert (passkey, match) == ('000042', False)
    assert world.ask('DisplayPasskey', 'ouq', device(BLUEZ_PATH), dbus.UInt32(42), dbus.UInt16(3)).wait().error is None
    wait_for(lambda: world.get('Entered', path, REQUEST) == 3)
    assert world.get('State', path, REQUEST) == 'open'
    world.call_mock('PairDevice', 'hci0', ADDRESS, dbus.Int32(0x1234))
    wait_for(lambda: world.get('State', path, REQUEST) != 'open')
    handler.heard.clear()
    world.call_mock('AddDevice', 'hci0', 'AA:BB:CC:00:00:04', 'Old keys')
    assert world.ask('DisplayPinCode', 'os', device(BLUEZ_PATH[:-1] + '4'), '0042').wait().error is None
    assert handler.wait('PasskeyDisplayRequired')[1:] == ('0042', False)
    handler.leave()


def test_handler_authorizes(world):
    '''A service of a paired device is asked about, one of a stranger is refused.'''
    uuid = '0000110b-0000-1000-8000-00805f9b34fb'
    handler = Handler(['service-authorization-required'])
    assert world.ask('AuthorizeService', 'os', device(BLUEZ_PATH), uuid).wait().error == REJECTED
    world.call_mock('PairDevice', 'hci0', ADDRESS, dbus.Int32(0x1234))
    # this BlueZ has no Bonded property, and nothing is remembered without a bond
    dbus.Interface(world.bus.get_object('org.bluez', BLUEZ_PATH), dbusmock.MOCK_IFACE).AddProperty('org.bluez.Device1', 'Bonded', True)
    answer = world.ask('AuthorizeService', 'os', device(BLUEZ_PATH), uuid)
    path, service = handler.wait('ServiceAuthorizationRequired')
    assert service == uuid
    handler.request(path).AcceptAlways()
    assert answer.wait().error is None
    assert world.ask('AuthorizeService', 'os', device(BLUEZ_PATH), uuid).wait().error is None
    assert [name for name, _ in handler.heard].count('ServiceAuthorizationRequired') == 1, handler.heard
    handler.leave()


def test_strangers(world):
    '''Whoever is not bluetoothd gets no answer from the agent, and nobody is troubled.'''
    handler = Handler(['passkey-display-required', 'passkey-required', 'pairing-authorization-required'])
    wait_for(lambda: world.calls('/org/bluez', 'RegisterAgent')[-1][1] == 'KeyboardDisplay')
    wait_for(world.is_settled)
    path = world.calls('/org/bluez', 'RequestDefaultAgent')[-1][0]
    owner = world.agent_owner(path)
    for method, signature, arguments in (('RequestAuthorization', 'o', (BLUEZ_PATH,)), ('RequestPasskey', 'o', (BLUEZ_PATH,)),
                                         ('RequestConfirmation', 'ou', (BLUEZ_PATH, 1)), ('Release', '', ())):
        try:
            world.bus.call_blocking(owner, path, 'org.bluez.Agent1', method, signature, arguments)
            raise AssertionError(method + ' was answered')
        except dbus.DBusException as error:
            assert error.get_dbus_name() == REJECTED, error
    assert world.get('AgentState') == 'default'
    answer = world.ask('RequestConfirmation', 'ou', device(BLUEZ_PATH), dbus.UInt32(42))
    handler.request(handler.wait('PasskeyDisplayRequired')[0]).MatchConfirm(True)
    assert answer.wait().error is None
    assert [name for name, _ in handler.heard if name != 'Decided'] == ['PasskeyDisplayRequired'], handler.heard
    handler.leave()


def test_handler_leaves(world):
    handler = Handler(['passkey-display-required'])
    answer = world.ask('RequestConfirmation', 'ou', device(BLUEZ_PATH), dbus.UInt32(42))
    handler.wait('PasskeyDisplayRequired')
    handler.leave()
    assert answer.wait().error == REJECTED


def test_cancel(world):
    handler = Handler(['passkey-display-required'])
    answer = world.ask('RequestConfirmation', 'ou', device(BLUEZ_PATH), dbus.UInt32(42))
    path = handler.wait('PasskeyDisplayRequired')[0]
    assert world.ask('Cancel', '').wait().error is None
    assert answer.wait().error == 'org.bluez.Error.Canceled'
    wait_for(lambda: world.get('State', path, REQUEST) != 'open')
    handler.leave()


def test_capability(world):
    '''auto follows who is there; the new agent is registered before the former leaves.'''
    handler = Handler(['passkey-display-required', 'passkey-required'])
    wait_for(lambda: world.calls('/org/bluez', 'RegisterAgent')[-1][1] == 'KeyboardDisplay')
    wait_for(world.is_settled)
    world.set('AgentCapability', 'display-only')
    wait_for(lambda: world.calls('/org/bluez', 'RegisterAgent')[-1][1] == 'DisplayOnly')
    wait_for(world.is_settled)
    log = dbus.Interface(world.bus.get_object('org.bluez', '/org/bluez'), dbusmock.MOCK_IFACE).GetCalls()
    order = [str(name) for _, name, _ in log if name != 'RequestDefaultAgent']
    assert order[-2:] == ['RegisterAgent', 'UnregisterAgent'], order
    assert world.get('AgentState') == 'default'
    handler.leave()


def test_pair(world):
    peer = world.peer()
    status, _level, process = peer.Pair(False, timeout=30)
    # this BlueZ has no Bonded property: what it makes is a pairing, not a bond
    assert (status, process) == (0, 1), (status, process)
    assert len(world.calls(BLUEZ_PATH, 'Pair')) == 1
    assert world.calls(BLUEZ_PATH, 'CancelPairing') == []
    # the agent of that pairing had the peer's capability, and is gone
    assert world.calls('/org/bluez', 'RegisterAgent')[-1][1] == 'KeyboardDisplay'
    assert world.ask('RequestAuthorization', 'o', device(BLUEZ_PATH)).wait().error == REJECTED


def test_search(world):
    '''A device BlueZ has not heard yet is looked for, and the discovery ended.'''
    outcome = []
    address = 'AA:BB:CC:00:00:05'
    world.peer(address).Pair(False, timeout=30, reply_handler=lambda *values: outcome.append(values), error_handler=outcome.append)
    wait_for(lambda: world.calls('/org/bluez/hci0', 'StartDiscovery'))
    assert world.calls('/org/bluez/hci0', 'StopDiscovery') == []
    world.call_mock('AddDevice', 'hci0', 'AA:BB:CC:00:00:06', 'Another')
    world.call_mock('AddDevice', 'hci0', address, 'Found')
    wait_for(lambda: outcome)
    assert outcome[0][0] == 0, outcome
    assert len(world.calls('/org/bluez/hci0', 'StopDiscovery')) == 1
    assert len(world.calls(BLUEZ_PATH[:-1] + '5', 'Pair')) == 1


def test_pairable(world):
    '''With nothing to be accepted Pairable is off, also after somebody else has switched it on.'''
    adapter = world.bus.get_object('org.bluez', '/org/bluez/hci0')
    pairable = lambda: adapter.Get('org.bluez.Adapter1', 'Pairable', dbus_interface=dbus.PROPERTIES_IFACE)
    handler = Handler(['pairing-authorization-required'])
    wait_for(pairable)
    world.set('PairingPolicy', dbus.UInt32(15))
    wait_for(lambda: not pairable())
    adapter.UpdateProperties('org.bluez.Adapter1', {'Pairable': dbus.Boolean(True)}, dbus_interface=dbusmock.MOCK_IFACE)
    wait_for(lambda: not pairable())
    world.set('PairingPolicy', dbus.UInt32(0))
    wait_for(pairable)
    handler.leave()


def test_two_adapters(world):
    world.call_mock('AddAdapter', 'hci1', 'second')
    wait_for(lambda: '/org/pairward/hci1' in world.managed())
    world.call_mock('AddDevice', 'hci1', ADDRESS, 'Lamp there')
    world.call_mock('ConnectDevice', 'hci1', ADDRESS)
    handler = Handler(['passkey-display-required'])
    answer = world.ask('RequestConfirmation', 'ou', device(BLUEZ_PATH.replace('hci0', 'hci1')), dbus.UInt32(1))
    path = handler.wait('PasskeyDisplayRequired')[0]
    assert world.get('Peer', path, REQUEST) == OUR_PATH.replace('hci0', 'hci1')
    assert world.get('PeerName', path, REQUEST) == 'Lamp there'
    world.call_mock('RemoveAdapterWithDevices', 'hci1')
    assert answer.wait().error == REJECTED
    wait_for(lambda: '/org/pairward/hci1' not in world.managed())
    assert OUR_ADAPTER in world.managed()
    handler.leave()


def test_bluez_ends(world):
    '''A clean end: Release first, then it leaves the bus.'''
    assert world.ask('Release', '').wait().error is None
    wait_for(lambda: world.get('AgentState') == 'unavailable')
    world.stop_bluez()
    world.start_bluez()
    wait_for(lambda: world.get('AgentState') == 'default')
    assert world.ask('RequestAuthorization', 'o', device(BLUEZ_PATH)).wait().error == REJECTED


def test_bluez_restarts(world):
    handler = Handler(['passkey-display-required'])
    answer = world.ask('RequestConfirmation', 'ou', device(BLUEZ_PATH), dbus.UInt32(42))
    path = handler.wait('PasskeyDisplayRequired')[0]
    world.stop_bluez()
    wait_for(lambda: world.get('AgentState') == 'unavailable')
    wait_for(lambda: world.get('State', path, REQUEST) != 'open')
    assert OUR_ADAPTER not in world.managed()
    world.start_bluez()
    wait_for(lambda: world.get('AgentState') == 'default')
    wait_for(lambda: OUR_ADAPTER in world.managed())
    handler.heard.clear()
    answer = world.ask('RequestConfirmation', 'ou', device(BLUEZ_PATH), dbus.UInt32(1))
    handler.request(handler.wait('PasskeyDisplayRequired')[0]).MatchConfirm(True)
    assert answer.wait().error is None
    handler.leave()


def test_adapter_goes(world):
    world.call_mock('RemoveAdapter', 'hci0')
    wait_for(lambda: OUR_ADAPTER not in world.managed())
    world.call_mock('AddAdapter', 'hci0', 'lab')
    wait_for(lambda: OUR_ADAPTER in world.managed())


def test_term(world):
    '''SIGTERM with a question open: refused, unregistered, exit 0.'''
    handler = Handler(['passkey-display-required'])
    answer = world.ask('RequestConfirmation', 'ou', device(BLUEZ_PATH), dbus.UInt32(42))
    handler.wait('PasskeyDisplayRequired')
    world.daemon.terminate()
    assert answer.wait().error in (REJECTED, 'org.bluez.Error.Canceled')
    assert world.daemon.wait(5) == 0
    assert len(world.calls('/org/bluez', 'UnregisterAgent')) == len(world.calls('/org/bluez', 'RegisterAgent'))


def run(number, name, function):
    with tempfile.TemporaryDirectory() as folder:
        world = None
        try:
            world = World(folder)
            function(world)
            status = world.stop()
            assert status == 0, f'the daemon exited with {status}'
            print(f'ok {number} - {name}', flush=True)
            return True
        except Exception:  # pylint: disable=broad-except
            print(f'not ok {number} - {name}')
            for line in traceback.format_exc().splitlines():
                print('# ' + line)
            if world is not None and world.daemon.poll() is None:
                world.stop()
            with open(os.path.join(folder, 'log'), encoding='utf-8') as log:
                for line in log:
                    print('# log: ' + line.rstrip())
            sys.stdout.flush()
            return False


def main():
    dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
    World.start_system_bus()
    tests = [(name, value) for name, value in globals().items() if re.match('test_', name)]
    wanted = sys.argv[1:]
    tests = [test for test in tests if not wanted or test[0] in wanted]
    print(f'1..{len(tests)}', flush=True)
    good = [run(i + 1, name, function) for i, (name, function) in enumerate(tests)]
    World.tearDownClass()
    return 0 if all(good) else 1


if __name__ == '__main__':
    sys.exit(main())
