// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The PCI device: probe, remove, shutdown, function level reset, sleep. */
#include <linux/etherdevice.h>
#include <linux/module.h>
#include <linux/rtnetlink.h>

#include "hw.h"

static int vallum_main_map(struct vallum *v)
{
	struct pci_dev *pdev = v->pdev;
	int err;

	err = pci_enable_device_mem(pdev);
	if (err)
		goto enable;
	err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64));
	if (err)
		goto mask;
	err = pci_request_mem_regions(pdev, VALLUM_NAME);
	if (err)
		goto regions;
	if (pci_resource_len(pdev, 0) < VALLUM_BAR0_SIZE) {
		dev_err(&pdev->dev, "BAR 0 is smaller than %u bytes\n", VALLUM_BAR0_SIZE);
		err = -ENODEV;
		goto map;
	}
	v->bar = pci_iomap(pdev, 0, VALLUM_BAR0_SIZE);
	if (!v->bar) {
		err = -ENOMEM;
		goto map;
	}
	return 0;

map:
	pci_release_mem_regions(pdev);
regions:
mask:
	pci_disable_device(pdev);
enable:
	return err;
}

static void vallum_main_unmap(struct vallum *v)
{
	pci_iounmap(v->pdev, v->bar);
	pci_clear_master(v->pdev);
	pci_release_mem_regions(v->pdev);
	pci_disable_device(v->pdev);
}

static void vallum_main_set_mac(struct vallum *v)
{
	u8 addr[ETH_ALEN];

	vallum_hw_mac(v, addr);
	if (is_valid_ether_addr(addr)) {
		eth_hw_addr_set(v->netdev, addr);
		return;
	}
	dev_warn(&v->pdev->dev, "the card has no valid station address, using a random one\n");
	eth_hw_addr_random(v->netdev);
}

static int vallum_main_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct net_device *dev;
	struct vallum *v;
	int err;

	dev = alloc_etherdev(sizeof(*v));
	if (!dev)
		return -ENOMEM;
	SET_NETDEV_DEV(dev, &pdev->dev);
	v = netdev_priv(dev);
	v->netdev = dev;
	v->pdev = pdev;
	pci_set_drvdata(pdev, v);

	err = vallum_main_map(v);
	if (err)
		goto map;
	err = vallum_hw_identify(v);
	if (err)
		goto identify;
	/* whatever drove the card before: nothing of it is under way behind this */
	err = vallum_hw_reset(v);
	if (err)
		goto reset;
	err = vallum_sa_init(v);
	if (err)
		goto sa;
	vallum_netdev_init(v);
	vallum_main_set_mac(v);
	err = pci_alloc_irq_vectors(pdev, VALLUM_IRQ_VECTORS, VALLUM_IRQ_VECTORS, PCI_IRQ_MSIX);
	if (err < 0) {
		dev_err(&pdev->dev, "no %u MSI-X vectors\n", VALLUM_IRQ_VECTORS);
		goto vectors;
	}
	err = vallum_netdev_request_irqs(v);
	if (err)
		goto irqs;
	err = register_netdev(dev);
	if (err)
		goto netdev;
	vallum_debugfs_add(v);
	netdev_info(dev, "Vallum, %u SAs, %u lanes, %pM\n", v->sas.count,
		    FIELD_GET(VALLUM_CAPS_LANES, v->caps), dev->dev_addr);
	return 0;

netdev:
	vallum_netdev_free_irqs(v);
irqs:
	pci_free_irq_vectors(pdev);
vectors:
	vallum_sa_exit(v);
sa:
reset:
identify:
	vallum_main_unmap(v);
map:
	free_netdev(dev);
	return err;
}

static void vallum_main_remove(struct pci_dev *pdev)
{
	struct vallum *v = pci_get_drvdata(pdev);

	set_bit(VALLUM_REMOVING, &v->flags);
	vallum_debugfs_remove(v);
	/* halts the rings, and makes xfrm delete every SA */
	unregister_netdev(v->netdev);
	vallum_netdev_free_irqs(v);
	cancel_delayed_work_sync(&v->reset_work);
	pci_free_irq_vectors(pdev);
	/* no key stays behind */
	vallum_hw_reset(v);
	vallum_sa_exit(v);
	vallum_main_unmap(v);
	free_netdev(v->netdev);
}

static void vallum_main_shutdown(struct pci_dev *pdev)
{
	struct vallum *v = pci_get_drvdata(pdev);

	rtnl_lock();
	netif_device_detach(v->netdev);
	vallum_netdev_halt(v);
	rtnl_unlock();
	pci_disable_device(pdev);
}

static void vallum_main_reset_prepare(struct pci_dev *pdev)
{
	struct vallum *v = pci_get_drvdata(pdev);

	rtnl_lock();
	netif_device_detach(v->netdev);
	vallum_netdev_halt(v);
	rtnl_unlock();
}

static void vallum_main_reset_done(struct pci_dev *pdev)
{
	struct vallum *v = pci_get_drvdata(pdev);
	int err = 0;

	rtnl_lock();
	if (netif_running(v->netdev))
		err = vallum_netdev_start(v);
	if (err)
		dev_err(&pdev->dev, "no restart after a function level reset or sleep (%d)\n", err);
	else
		netif_device_attach(v->netdev);
	rtnl_unlock();
}

static const struct pci_error_handlers vallum_main_err_handlers = {
	.reset_prepare = vallum_main_reset_prepare,
	.reset_done = vallum_main_reset_done,
};

/* A card that sleeps may lose all that it knew; one that did not must not write to memory. */
static int vallum_main_suspend(struct device *dev)
{
	vallum_main_reset_prepare(to_pci_dev(dev));
	return 0;
}

static int vallum_main_resume(struct device *dev)
{
	vallum_main_reset_done(to_pci_dev(dev));
	return 0;
}

static DEFINE_SIMPLE_DEV_PM_OPS(vallum_main_pm, vallum_main_suspend, vallum_main_resume);

static const struct pci_device_id vallum_main_ids[] = {
	{ PCI_DEVICE(VALLUM_PCI_VENDOR, VALLUM_PCI_DEVICE) },
	{ }
};
MODULE_DEVICE_TABLE(pci, vallum_main_ids);

static struct pci_driver vallum_main_driver = {
	.name = VALLUM_NAME,
	.id_table = vallum_main_ids,
	.probe = vallum_main_probe,
	.remove = vallum_main_remove,
	.shutdown = vallum_main_shutdown,
	.err_handler = &vallum_main_err_handlers,
	.driver.pm = pm_sleep_ptr(&vallum_main_pm),
};

static int __init vallum_main_init(void)
{
	int err;

	vallum_debugfs_init();
	err = pci_register_driver(&vallum_main_driver);
	if (err)
		vallum_debugfs_exit();
	return err;
}

static void __exit vallum_main_exit(void)
{
	pci_unregister_driver(&vallum_main_driver);
	vallum_debugfs_exit();
}

module_init(vallum_main_init);
module_exit(vallum_main_exit);

MODULE_DESCRIPTION("Vallum network card with inline IPsec");
MODULE_AUTHOR("The Vallum authors");
MODULE_LICENSE("Dual BSD/GPL");
