# SPDX-License-Identifier: LGPL-2.1-or-later
'''python-dbusmock's bluez5, which knows agents but never asks one: here it asks.'''

import dbus
from dbusmock.templates import bluez5

BUS_NAME = bluez5.BUS_NAME
MAIN_OBJ = bluez5.MAIN_OBJ
SYSTEM_BUS = bluez5.SYSTEM_BUS
IS_OBJECT_MANAGER = bluez5.IS_OBJECT_MANAGER

# dbusmock takes the methods of a template from its module.
AddAdapter = bluez5.AddAdapter
RemoveAdapter = bluez5.RemoveAdapter
RemoveAdapterWithDevices = bluez5.RemoveAdapterWithDevices
AddDevice = bluez5.AddDevice
PairDevice = bluez5.PairDevice
ConnectDevice = bluez5.ConnectDevice


def load(mock, parameters):
    bluez5.load(mock, parameters)


@dbus.service.method(bluez5.BLUEZ_MOCK_IFACE, in_signature='sossav', out_signature='v', async_callbacks=('done', 'failed'))
def AskAgent(self, owner, agent, method, signature, arguments, done, failed):
    '''Calls Agent1 as bluetoothd does; returns what the agent answers, an empty string for nothing.'''
    self.connection.call_async(owner, agent, 'org.bluez.Agent1', method, signature, tuple(arguments),
                               lambda *values: done(values[0] if values else dbus.String('')), failed, timeout=20)
